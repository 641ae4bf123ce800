import { IMAGE_EXTENSIONS } from './image-extensions.ts';
import type { ImageSource } from './image-source.ts';
import { openTarShards, type TarSourceOptions } from './tar-shards.ts';

/**
 * Opens WebDataset tars: one path, or several with braces (`train-{0000..0009}.tar`). The members of one sample share a key (the
 * name up to its first dot) and stand next to each other: a picture, a `.cls` member with the class index in digits, and others,
 * which are ignored. Headers are read once, so that every picture can be fetched by its position.
 *
 * @throws InputError for a missing, compressed, truncated or damaged archive, a hostile name, or a label out of range
 */
export async function openImageTar(path: string, options: TarSourceOptions = {}): Promise<ImageSource> {
  return openTarShards(path, {
    ...options,
    kind: { noun: 'images', extensions: IMAGE_EXTENSIONS },
    sample: ({ key, label }, location) => ({ key, label, location }),
  });
}
