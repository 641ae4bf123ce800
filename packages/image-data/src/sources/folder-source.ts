import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import { fingerprintOf } from './fingerprint.ts';
import { classesOfFolders, topFolder } from './folder-classes.ts';
import { hasImageExtension, IMAGE_EXTENSIONS } from './image-extensions.ts';
import type { ImageSource } from './image-source.ts';
import type { ClassList } from './labels.ts';
import { shuffledOrder } from './shuffle.ts';
import { walkFolder } from './walk-folder.ts';

/** How to read a folder of pictures. */
export interface FolderSourceOptions {
  /** The classes in the order of their labels, so that several folders agree; default: the sub-folders' names, sorted. */
  readonly classes?: ClassList;
}

/**
 * Opens a folder of pictures. Pictures in the folder itself make it flat, without labels; otherwise every sub-folder that holds
 * pictures, at any depth, is a class, and classes are numbered by their sorted names. Hidden files and folders are left out;
 * symbolic links are followed, except into a folder that is already being read.
 *
 * @throws InputError when there is no such folder, it holds no picture, or a class is not among `options.classes`
 */
export async function openImageFolder(path: string, options: FolderSourceOptions = {}): Promise<ImageSource> {
  const files = await listImages(path);
  if (files.length === 0) {
    throw new InputError(`folder: ${path} holds no images; looked for ${IMAGE_EXTENSIONS.join(', ')} at any depth`);
  }
  const isFlat = files.some((file) => !file.includes('/'));
  const classes = isFlat ? undefined : classesOfFolders(files, { root: path, classes: options.classes });
  const root = resolve(path);
  const indexOf = new Map(classes?.map((name, label) => [name, label]));
  return {
    name: path,
    length: files.length,
    classes,
    sample(index) {
      const key = files[index]!;
      const label = indexOf.get(topFolder(key));
      return { key, label, location: { kind: 'file', path: join(root, key) } };
    },
    order: (seed, epoch) => shuffledOrder(files.length, seed, epoch),
    async fingerprint() {
      return fingerprintOf(
        (function* () {
          for (const file of files) {
            yield file;
            yield statSync(join(root, file), { throwIfNoEntry: false })?.size;
          }
        })(),
      );
    },
  };
}

/** Paths of all pictures below a folder, relative to it, with forward slashes, sorted by code units. */
async function listImages(root: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path, files } of walkFolder(root)) {
    for (const file of files) if (hasImageExtension(file)) paths.push(path === '' ? file : `${path}/${file}`);
  }
  return paths.sort();
}
