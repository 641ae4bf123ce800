import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import { fingerprintOf } from './fingerprint.ts';
import type { ImageSource } from './image-source.ts';
import { type ClassList, resolveNumberedClasses } from './labels.ts';
import { parseListLine } from './list-line.ts';
import { shuffledOrder } from './shuffle.ts';

/** A list larger than this is taken for something else, such as an archive given by mistake. */
const MAX_LIST_BYTES = 512 * 2 ** 20;

/** How to read a list of pictures. */
export interface ListSourceOptions {
  /** The folder that relative paths start from; default: the list's own. */
  readonly root?: string;
  /** The classes' names in the order of their labels, or their number; default: as many as the greatest label asks for. */
  readonly classes?: ClassList;
}

/**
 * Opens a text file with a picture on each line: a path, then, if there are labels, a space, tab or comma and the class index.
 * Paths with spaces may be put in quotes. Blank lines and lines that start with `#` are left out.
 *
 * @throws InputError naming the line that can't be read, the label out of range, or the first picture if it isn't there
 */
export async function openImageList(path: string, options: ListSourceOptions = {}): Promise<ImageSource> {
  const text = await readList(path);
  const root = options.root ?? dirname(path);
  const keys: string[] = [];
  const lines: number[] = [];
  const labels: number[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const entry = parseListLine(line);
    if (entry === undefined) continue;
    if ('problem' in entry) throw new InputError(`list: ${path} line ${i + 1}: ${entry.problem}`);
    keys.push(entry.path);
    lines.push(i + 1);
    labels.push(entry.label ?? -1);
  }
  if (keys.length === 0) throw new InputError(`list: ${path} names no images; write one 'path label' on each line`);
  const fileOf = (index: number) => resolve(root, keys[index]!);
  if (statSync(fileOf(0), { throwIfNoEntry: false }) === undefined) {
    throw new InputError(
      `list: ${path} line ${lines[0]}: there is no ${fileOf(0)}; pass {root} if paths start elsewhere`,
    );
  }
  const labelled = Int32Array.from(labels);
  const classes = resolveNumberedClasses(labelled, {
    classes: options.classes,
    describe: (i) => `${path} line ${lines[i]}`,
  });
  return {
    name: path,
    length: keys.length,
    classes,
    sample: (index) => ({
      key: keys[index]!,
      label: labelled[index]! < 0 ? undefined : labelled[index],
      location: { kind: 'file', path: fileOf(index) },
    }),
    order: (seed, epoch) => shuffledOrder(keys.length, seed, epoch),
    async fingerprint() {
      return fingerprintOf(
        (function* () {
          for (const [i, key] of keys.entries()) {
            yield key;
            yield labelled[i];
            yield statSync(fileOf(i), { throwIfNoEntry: false })?.size;
          }
        })(),
      );
    },
  };
}

async function readList(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_LIST_BYTES) {
      throw new InputError(`list: ${path} has ${size} bytes, more than the ${MAX_LIST_BYTES} that a list may have`);
    }
    const bytes = await readFile(path);
    if (bytes.subarray(0, 8192).includes(0)) {
      throw new InputError(
        `list: ${path} is not text; give an image folder, a list of 'path label' lines, or .tar files`,
      );
    }
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`list: ${path} could not be read (${(cause as Error).message})`, { cause });
  }
}
