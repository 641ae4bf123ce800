import { openTarShards, type TarSourceOptions } from '@masked-distill/image-data/loading';
import type { ClipSource } from './clip-source.ts';
import { VIDEO_EXTENSIONS } from './video-extensions.ts';

/**
 * Opens WebDataset tars of videos: one path, or several with braces (`train-{0000..0009}.tar`). The members of one sample share a key
 * (the name up to its first dot) and stand next to each other: a video, a `.cls` member with the class index in digits, or a `.json`
 * member with `label` and `frames`, and others, which are ignored. Videos are read where they lie, by their position.
 *
 * @throws InputError for a missing, compressed, truncated or damaged archive, a hostile name, or a label out of range
 */
export async function openClipTar(path: string, options: TarSourceOptions = {}): Promise<ClipSource> {
  return openTarShards(path, {
    ...options,
    kind: { noun: 'videos', extensions: VIDEO_EXTENSIONS, readsJson: true },
    sample: ({ key, label, frames }, location) => ({
      key,
      label,
      location,
      ...(frames === undefined ? {} : { frames }),
    }),
  });
}
