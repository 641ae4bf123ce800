import { stat } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { hasBraces } from './brace-range.ts';
import { openImageFolder } from './folder-source.ts';
import { hasImageExtension } from './image-extensions.ts';
import type { ImageSource } from './image-source.ts';
import { type ListSourceOptions, openImageList } from './list-source.ts';
import type { TarSourceOptions } from './tar-shards.ts';
import { openImageTar } from './tar-source.ts';

/** How to read a source; what doesn't apply to the kind found is ignored. */
export interface OpenImageSourceOptions extends ListSourceOptions, TarSourceOptions {}

/**
 * Opens what a path names: a folder of pictures, WebDataset tars (`x.tar`, `x-{0000..0009}.tar`), or a list file.
 *
 * @throws InputError when nothing is there, or as the kind found says ({@link openImageFolder}, {@link openImageTar},
 *   {@link openImageList})
 *
 * @example
 * ```ts
 * const source = await openImageSource('data/train-{0000..0009}.tar');
 * ```
 */
export async function openImageSource(path: string, options: OpenImageSourceOptions = {}): Promise<ImageSource> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return openImageFolder(path, options);
  if (found === undefined && !hasBraces(path)) throw new InputError(`data: there is no ${path}`);
  if (found === undefined || /\.(tar|tgz|tar\.\w+)$/i.test(path)) return openImageTar(path, options);
  if (hasImageExtension(path)) {
    throw new InputError(
      `data: ${path} is a single image; give its folder, a list of 'path label' lines, or .tar files`,
    );
  }
  return openImageList(path, options);
}
