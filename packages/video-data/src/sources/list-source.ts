import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import {
  type ClassList,
  fingerprintOf,
  readListLines,
  resolveNumberedClasses,
  shuffledOrder,
} from '@masked-distill/image-data/loading';
import type { ClipLocation, ClipSource } from './clip-source.ts';
import { sizeOf } from './folder-source.ts';
import { lookForFrames } from './frames-location.ts';
import {
  type ClipLine,
  guessColumns,
  type ListColumns,
  readColumns,
  type SplitLine,
  splitListLine,
} from './list-line.ts';
import { hasVideoExtension } from './video-extensions.ts';

/** How to read a list of videos. */
export interface ClipListOptions {
  /** The folder that relative paths start from; default: the list's own. */
  readonly root?: string;
  /** The classes' names in the order of their labels, or their number; default: as many as the greatest label asks for. */
  readonly classes?: ClassList;
  /** What the numbers on the lines mean; default: guessed from how many there are, and whether one is below 0. */
  readonly columns?: ListColumns;
  /** File name of a frame with a place for its number, such as `img_{:05}.jpg`; default: what the first folder of frames holds. */
  readonly template?: string;
  /** The number of a folder's first frame, where lines give no start; default: the lowest in the first folder of frames. */
  readonly firstFrame?: number;
}

/** Folders that are looked into at the same time. */
const LOOKS = 32;

/**
 * Opens a text file with a video on each line: `path label` (K400), `path frames label` (SSv2) or `path start frames` (VideoMAEv2's
 * hybrid sets, where a number below 0 stands for the whole video), separated by spaces, tabs or commas. A path that ends like a
 * video's name is a file, any other a folder of numbered pictures, unless the first of those turns out to be a file. Paths with spaces
 * may be put in quotes. Blank lines and lines that start with `#` are left out.
 *
 * @throws InputError naming the line that can't be read, the label out of range, or the first video if it isn't there
 */
export async function openClipList(path: string, options: ClipListOptions = {}): Promise<ClipSource> {
  const { lines, numbers } = await readLines(path, options.columns);
  const locations = await locate(lines, { ...options, path, numbers, root: options.root ?? dirname(path) });
  const labels = Int32Array.from(lines, ({ label }) => label ?? -1);
  const classes = resolveNumberedClasses(labels, {
    classes: options.classes,
    describe: (i) => `${path} line ${numbers[i]}`,
  });
  return {
    name: path,
    noun: 'videos',
    length: lines.length,
    classes,
    sample(index) {
      const { path: key, label, frames, start } = lines[index]!;
      const location = locations[index]!;
      const isPart = start !== undefined && location.kind === 'file';
      const part = { ...(frames === undefined ? {} : { frames }), ...(isPart ? { start } : {}) };
      return { key, label, location, line: numbers[index]!, ...part };
    },
    order: (seed, epoch) => shuffledOrder(lines.length, seed, epoch),
    async fingerprint() {
      return fingerprintOf(
        (function* () {
          for (const [i, { path: key, label, frames, start }] of lines.entries()) {
            yield* [key, label, frames, start, sizeOf(locations[i]!)];
          }
        })(),
      );
    },
  };
}

async function readLines(path: string, columns?: ListColumns): Promise<{ lines: ClipLine[]; numbers: number[] }> {
  const refuse = (number: number, problem: string) => new InputError(`list: ${path} line ${number}: ${problem}`);
  const split: SplitLine[] = [];
  const numbers: number[] = [];
  const text = await readListLines(path, "a folder of videos, a list of 'path label' lines, or .tar files");
  for (const [i, line] of text.entries()) {
    const entry = splitListLine(line);
    if (entry === undefined) continue;
    if ('problem' in entry) throw refuse(i + 1, entry.problem);
    split.push(entry);
    numbers.push(i + 1);
  }
  if (split.length === 0) throw new InputError(`list: ${path} names no videos; write one 'path label' on each line`);
  const meaning = columns ?? guessColumns(split);
  const lines = split.map((entry, i) => {
    const line = readColumns(entry, meaning);
    if ('problem' in line) throw refuse(numbers[i]!, line.problem);
    return line;
  });
  return { lines, numbers };
}

/** Finds out which lines name files and which folders, and what the folders' pictures are called. */
async function locate(
  lines: readonly ClipLine[],
  options: ClipListOptions & { readonly path: string; readonly numbers: readonly number[]; readonly root: string },
): Promise<ClipLocation[]> {
  const { path, numbers, root, template, firstFrame } = options;
  const files = lines.map((line) => resolve(root, line.path));
  const refuse = (index: number, problem: string) => new InputError(`list: ${path} line ${numbers[index]}: ${problem}`);
  const kindOf = (index: number) => {
    const found = statSync(files[index]!, { throwIfNoEntry: false });
    if (found === undefined)
      throw refuse(index, `there is no ${files[index]}; give the root that paths start from if it is another folder`);
    return found.isDirectory() ? 'folder' : 'file';
  };
  kindOf(0);
  const nameless = lines.findIndex((line) => !hasVideoExtension(line.path));
  const hasFolders = nameless >= 0 && kindOf(nameless) === 'folder';
  let model: { readonly template: string; readonly first: number } | undefined;
  if (hasFolders) {
    const found = await lookForFrames(files[nameless]!);
    if (found.kind === 'unreadable' && template === undefined) {
      throw refuse(nameless, `${found.reason}; give a template if they are named otherwise`);
    }
    const first = found.kind === 'frames' ? found.first : 1;
    model = { template: template ?? (found as { template: string }).template, first: firstFrame ?? first };
  }
  const locations = new Array<ClipLocation>(lines.length);
  const looks: number[] = [];
  for (const [i, { path: name, frames, start }] of lines.entries()) {
    if (model === undefined || hasVideoExtension(name)) locations[i] = { kind: 'file', path: files[i]! };
    else if (frames === undefined) looks.push(i);
    else
      locations[i] = {
        kind: 'frames',
        folder: files[i]!,
        template: model.template,
        first: start ?? model.first,
        count: frames,
      };
  }
  const lane = async () => {
    for (let i = looks.pop(); i !== undefined; i = looks.pop()) locations[i] = await lookForFrames(files[i]!);
  };
  await Promise.all(Array.from({ length: LOOKS }, lane));
  return locations;
}
