import { type Dirent, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import { fingerprintOf } from './fingerprint.ts';
import { hasImageExtension, IMAGE_EXTENSIONS } from './image-extensions.ts';
import type { ImageSource } from './image-source.ts';
import { type ClassList, classNames } from './labels.ts';
import { shuffledOrder } from './shuffle.ts';

/** Folders nested deeper than this are taken for a mistake. */
const MAX_DEPTH = 64;

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
  const classes = isFlat ? undefined : classesOfFolders(path, files, options.classes);
  const root = resolve(path);
  const indexOf = new Map(classes?.map((name, label) => [name, label]));
  return {
    name: path,
    length: files.length,
    classes,
    sample(index) {
      const key = files[index]!;
      const label = indexOf.get(key.slice(0, key.indexOf('/')));
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

function classesOfFolders(path: string, files: readonly string[], given?: ClassList): readonly string[] {
  const found = [...new Set(files.map((file) => file.slice(0, file.indexOf('/'))))].sort();
  if (given === undefined) return found;
  if (typeof given === 'number') {
    if (found.length !== given) {
      throw new InputError(`folder: ${path} has ${found.length} class folders, ${given} were expected`);
    }
    return found;
  }
  const unknown = found.find((name) => !given.includes(name));
  if (unknown !== undefined) {
    throw new InputError(`folder: ${path}/${unknown} is none of the ${given.length} known classes`);
  }
  return classNames(given);
}

/** Paths of all pictures below a folder, relative to it, with forward slashes, sorted by code units. */
async function listImages(root: string): Promise<string[]> {
  const files: string[] = [];
  const walk = async (folder: string, ancestors: readonly string[]): Promise<void> => {
    if (ancestors.length >= MAX_DEPTH) {
      throw new InputError(`folder: ${join(root, folder)} lies more than ${MAX_DEPTH} folders deep`);
    }
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const kind = await kindOf(join(root, path), entry);
      if (kind === 'file' && hasImageExtension(entry.name)) files.push(path);
      if (kind !== 'folder') continue;
      const real = entry.isSymbolicLink() ? await realpath(join(root, path)) : `${ancestors.at(-1)}/${entry.name}`;
      if (!ancestors.includes(real)) await walk(path, [...ancestors, real]);
    }
  };
  try {
    await walk('', [await realpath(root)]);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`folder: ${root} could not be read (${(cause as Error).message})`, { cause });
  }
  return files.sort();
}

async function kindOf(path: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  // A dangling link is no file.
  const found = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (found?.isDirectory()) return 'folder';
  return found?.isFile() ? 'file' : 'other';
}
