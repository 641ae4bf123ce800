import { labelProblem, listText, splitQuoted } from '@masked-distill/image-data/loading';
import { hasVideoExtension } from './video-extensions.ts';

/** What the numbers on a list's lines mean, in their order. The label at the end may be left out where it is the only number. */
export type ListColumns = 'path label' | 'path frames label' | 'path start frames' | 'path start frames label';

/** A line split into its path and the numbers behind it. */
export interface SplitLine {
  /** The path, without quotes. */
  readonly path: string;
  /** The whole numbers behind it, at most three. */
  readonly numbers: readonly number[];
}

/** What a line of a list says. */
export interface ClipLine {
  /** The video file or folder of frames. */
  readonly path: string;
  /** Its class. */
  readonly label?: number;
  /** How many frames there are. */
  readonly frames?: number;
  /** The first of them. */
  readonly start?: number;
}

/** The most numbers that a line may have: start, frames and label. */
const MAX_NUMBERS = 3;

/** Splits one line of a list; undefined for a blank line or a comment. Paths with spaces may be put in quotes. */
export function splitListLine(line: string): SplitLine | { readonly problem: string } | undefined {
  const text = listText(line);
  if (text === undefined) return undefined;
  const quoted = splitQuoted(text);
  if (quoted === undefined) return splitPlain(text);
  const { path, rest } = quoted;
  if (path === undefined) return { problem: `the quote that opens ${text} is never closed` };
  if (path === '') return { problem: `no path in '${text}'; write 'path label'` };
  const words = rest === '' ? [] : rest.split(/[\s,]+/);
  const odd = words.find((word) => !NUMBER.test(word));
  if (odd !== undefined) return { problem: notANumber(odd) };
  if (words.length > MAX_NUMBERS) return { problem: tooMany(words.length) };
  return { path, numbers: words.map(Number) };
}

const NUMBER = /^[+-]?\d+$/;

const notANumber = (word: string) =>
  `'${word}' is not a number; write 'path label' with a class index, and quote a path that holds spaces`;

const tooMany = (count: number) => `${count} numbers behind the path, at most ${MAX_NUMBERS} are known`;

/** Where a text ends once the separators behind it are left out. */
function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && /[\s,]/.test(text[end - 1]!)) end--;
  return end;
}

/** Takes numbers from the end as long as there are some: a path may hold spaces and commas itself. */
function splitPlain(text: string): SplitLine | { readonly problem: string } {
  const numbers: number[] = [];
  let path = text.slice(0, endOf(text));
  while (numbers.length < MAX_NUMBERS) {
    let start = path.length;
    while (start > 0 && !/[\s,]/.test(path[start - 1]!)) start--;
    const word = path.slice(start);
    if (start === 0 || !NUMBER.test(word)) break;
    numbers.unshift(Number(word));
    path = path.slice(0, endOf(path.slice(0, start)));
  }
  if (path === '') return { problem: `no path in '${text}'; write 'path label'` };
  const words = path.split(/[\s,]+/);
  const video = words.findIndex(hasVideoExtension);
  if (video >= 0 && !hasVideoExtension(path)) {
    const behind = words.slice(video + 1);
    const odd = behind.find((word) => !NUMBER.test(word));
    return { problem: odd === undefined ? tooMany(behind.length + numbers.length) : notANumber(odd) };
  }
  return { path, numbers };
}

/**
 * Guesses what the numbers of a list mean: one is a label; of two the first counts frames and the second is a label, unless a number
 * below 0 shows that they are start and frames, which means the whole video; three are start, frames and label.
 */
export function guessColumns(lines: readonly SplitLine[]): ListColumns {
  const most = lines.reduce((greatest, { numbers }) => Math.max(greatest, numbers.length), 0);
  if (most < 2) return 'path label';
  if (most === 3) return 'path start frames label';
  const isHybrid = lines.some(({ numbers }) => numbers.length === 2 && numbers.some((number) => number < 0));
  return isHybrid ? 'path start frames' : 'path frames label';
}

/** Reads a split line by the columns of its list. A start or a count below 0 stands for the whole video. */
export function readColumns(line: SplitLine, columns: ListColumns): ClipLine | { readonly problem: string } {
  const { path, numbers } = line;
  const names = columns.split(' ').slice(1);
  const isComplete = numbers.length === names.length || (names.length === 1 && numbers.length === 0);
  if (!isComplete)
    return { problem: `${numbers.length} numbers behind the path, where '${columns}' has ${names.length}` };
  const values = Object.fromEntries(names.map((name, i) => [name, numbers[i]]));
  const { label, frames, start } = values as { label?: number; frames?: number; start?: number };
  if (label !== undefined) {
    const problem = labelProblem(label, String(label));
    if (problem !== undefined) return { problem };
  }
  if (start !== undefined && (start < 0 || frames! < 0)) return { path, label };
  if (frames !== undefined && frames < 1)
    return {
      problem: `${frames} frames by '${columns}'; write how many there are, or give the columns if the numbers mean something else`,
    };
  return { path, label, frames, start };
}
