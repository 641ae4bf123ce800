import { createReadStream } from 'node:fs';
import { InputError } from '@masked-distill/base';

/** A line longer than this is no line of a table: the file is something else. */
const MAX_LINE_LENGTH = 10_000;

/** A line of a file. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without the line's end and space around it. */
  readonly text: string;
}

/**
 * The lines of a text file that are not empty, one after the other, however long the file is.
 *
 * @param who begins the messages
 * @throws InputError when it can't be read, or is no text
 */
export async function* readLines(path: string, who: string): AsyncGenerator<Line, void, undefined> {
  let rest = '';
  let number = 0;
  try {
    for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      if (chunk.includes('\0')) throw new InputError(`${who}: ${path} is not text; give a .csv or .pbtxt file`);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      if (rest.length > MAX_LINE_LENGTH) {
        throw new InputError(
          `${who}: ${path} line ${number + lines.length + 1} has more than ${MAX_LINE_LENGTH} letters; is it a table?`,
        );
      }
      for (const line of lines) {
        number++;
        const text = trimmed(line, number);
        if (text !== '') yield { number, text };
      }
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${who}: ${path} could not be read (${(cause as Error).message})`, { cause });
  }
  const text = trimmed(rest, number + 1);
  if (text !== '') yield { number: number + 1, text };
}

const trimmed = (line: string, number: number) => (number === 1 ? line.replace(/^\uFEFF/, '') : line).trim();
