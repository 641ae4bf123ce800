import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import { fingerprintOf } from './fingerprint.ts';
import type { ImageSource } from './image-source.ts';
import { type ClassList, resolveNumberedClasses } from './labels.ts';
import { parseListLine } from './list-line.ts';
import { readListLines } from './read-list.ts';
import { shuffledOrder } from './shuffle.ts';

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
  const found = await readListLines(path, "an image folder, a list of 'path label' lines, or .tar files");
  const root = options.root ?? dirname(path);
  const keys: string[] = [];
  const lines: number[] = [];
  const labels: number[] = [];
  for (const [i, line] of found.entries()) {
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
      `list: ${path} line ${lines[0]}: there is no ${fileOf(0)}; give the root that paths start from if it is another folder`,
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
