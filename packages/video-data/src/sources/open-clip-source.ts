import { stat } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { hasBraces, type TarSourceOptions } from '@masked-distill/image-data/loading';
import type { ClipSource } from './clip-source.ts';
import { openClipFolder } from './folder-source.ts';
import { type ClipListOptions, openClipList } from './list-source.ts';
import { openClipTar } from './tar-source.ts';
import { hasVideoExtension } from './video-extensions.ts';

/** How to read a source; what doesn't apply to the kind found is ignored. */
export interface OpenClipSourceOptions extends ClipListOptions, TarSourceOptions {}

/**
 * Opens what a path names: a folder of videos or of folders of frames, WebDataset tars (`x.tar`, `x-{0000..0009}.tar`), or a list
 * file.
 *
 * @throws InputError when nothing is there, or as the kind found says ({@link openClipFolder}, {@link openClipTar},
 *   {@link openClipList})
 *
 * @example
 * ```ts
 * const source = await openClipSource('kinetics/train.csv', { root: '/data/kinetics400' });
 * ```
 */
export async function openClipSource(path: string, options: OpenClipSourceOptions = {}): Promise<ClipSource> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return openClipFolder(path, options);
  if (found === undefined && !hasBraces(path)) throw new InputError(`data: there is no ${path}`);
  if (found === undefined || /\.(tar|tgz|tar\.\w+)$/i.test(path)) return openClipTar(path, options);
  if (hasVideoExtension(path)) {
    throw new InputError(
      `data: ${path} is a single video; give its folder, a list of 'path label' lines, or .tar files`,
    );
  }
  return openClipList(path, options);
}
