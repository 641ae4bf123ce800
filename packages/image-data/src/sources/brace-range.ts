import { InputError } from '@masked-distill/base';

/** A range that names more files than this is taken for a slip of the pen. */
const MAX_SHARDS = 100_000;

/** Whether a path holds a brace range or a brace list. */
export const hasBraces = (path: string): boolean => /\{[^{}]*(\.\.|,)[^{}]*\}/.test(path);

/**
 * Writes out the braces of a path: `x-{0000..0002}.tar` counts with the zeros kept, `{a,b}.tar` lists. Several braces multiply,
 * the last one running fastest.
 *
 * @throws InputError for a range that isn't made of two whole numbers, or that names more than 100,000 files
 */
export function expandBraces(path: string): string[] {
  const found = /^(.*?)\{([^{}]*(?:\.\.|,)[^{}]*)\}(.*)$/s.exec(path);
  if (found === null) return [path];
  const [, before, inside, after] = found as unknown as [string, string, string, string];
  const tails = expandBraces(after);
  // A list may hold paths such as ../a.tar.
  const isList = inside.includes(',');
  const items = isList ? inside.split(',').map((item) => item.trim()) : countRange(inside, path);
  if (items.length * tails.length > MAX_SHARDS) throw tooMany(path, items.length * tails.length);
  return items.flatMap((item) => tails.map((tail) => before + item + tail));
}

function countRange(inside: string, path: string): string[] {
  const ends = /^(\d+)\.\.(\d+)$/.exec(inside);
  if (ends === null) throw new InputError(`shards: {${inside}} in ${path} is no range of numbers such as {0000..0009}`);
  const [first, last] = [Number(ends[1]), Number(ends[2])];
  if (last < first)
    throw new InputError(`shards: {${inside}} in ${path} counts backwards; write {${ends[2]}..${ends[1]}}`);
  if (last - first >= MAX_SHARDS) throw tooMany(path, last - first + 1);
  const width = ends[1]!.length;
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i).padStart(width, '0'));
}

const tooMany = (path: string, count: number) =>
  new InputError(`shards: ${path} names ${count} files, more than ${MAX_SHARDS}; check the range`);
