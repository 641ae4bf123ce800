import { InputError } from '@masked-distill/base';
import { type Box, hasArea } from '../detection/boxes.ts';
import { frameName } from './frame-name.ts';
import { readLines } from './read-lines.ts';

/** A row of one of AVA's tables. */
export interface AvaRow {
  /** Its frame, as {@link frameName} writes it. */
  readonly frame: string;
  /** The box, its class, and what stands in the eighth column; absent in a row that only says that a frame is there. */
  readonly entry?: { readonly box: Box; readonly label: number; readonly last?: number };
}

/** What the rows of a table hold. */
export interface AvaColumns {
  /** Their names, for messages. */
  readonly names: string;
  /** Whether it is people that were found: the class may be missing, which then reads 0, and a score from 0 to 1 is there. Default false. */
  readonly ofPeople?: boolean;
}

/** Rows of a table, and what was odd about them. */
export interface AvaRows {
  /** The rows in the file's order. */
  rows(): AsyncGenerator<AvaRow, void, undefined>;
  /** What was odd, in a line each, once all rows were read. */
  warnings(): string[];
}

/** Boxes may reach over the edge by what rounding to three digits does. */
const EDGE = 1e-3;

/**
 * Opens a table of AVA: `video,second,x1,y1,x2,y2,action` and perhaps an eighth column, or `video,second` alone for a frame without boxes.
 *
 * @param path a CSV file without header
 */
export function openAvaRows(path: string, { names, ofPeople = false }: AvaColumns): AvaRows {
  const outside = new Oddity({ one: 'reaches out of the picture', many: 'reach out of the picture' });
  const areaRule = 'the left side has to be left of the right one, the top above the bottom';
  const flat = new Oddity({ one: `has no area: ${areaRule}`, many: `have no area: ${areaRule}` });
  return {
    async *rows() {
      for await (const { number, text } of readLines(path, 'ava')) {
        const cells = text.split(',');
        const fail = (problem: string) => new InputError(`ava: ${path} line ${number}: ${problem}`);
        const [video = '', second = ''] = cells;
        if (cells.length !== 2 && cells.length !== 8 && (ofPeople || cells.length !== 7)) {
          throw fail(
            `${cells.length} columns; write ${names}, or video,second alone for a frame without boxes; no header`,
          );
        }
        if (ofPeople && cells[6]?.trim() === '') cells[6] = '0';
        if (!/^\s*\d+\s*$/.test(second)) throw fail(`'${second}' is no second; write a whole number`);
        const frame = frameName(video, Number(second));
        if (cells.length === 2) {
          yield { frame };
          continue;
        }
        const numbers = cells.slice(2).map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
        const broken = numbers.findIndex((value) => !Number.isFinite(value));
        if (broken >= 0) throw fail(`'${cells[broken + 2]}' in column ${broken + 3} is no number; write ${names}`);
        const [x1, y1, x2, y2, label, last] = numbers as [number, number, number, number, number, number?];
        if (!Number.isInteger(label) || label < 0) throw fail(`'${cells[6]}' is no action; write its number`);
        if (ofPeople && (last! < 0 || last! > 1)) throw fail(`'${cells[7]}' is no score; write it from 0 to 1`);
        const box = [x1, y1, x2, y2] as const;
        if (box.some((value) => value < -EDGE || value > 1 + EDGE)) outside.add(number);
        if (!hasArea(box)) flat.add(number);
        yield { frame, entry: { box, label, last } };
      }
    },
    warnings: () => [outside, flat].flatMap((oddity) => oddity.describe(path)),
  };
}

/** Something that is not wrong enough to stop. */
class Oddity {
  readonly #what: { readonly one: string; readonly many: string };
  #count = 0;
  #first = 0;

  constructor(what: { readonly one: string; readonly many: string }) {
    this.#what = what;
  }

  add(line: number): void {
    if (this.#count++ === 0) this.#first = line;
  }

  describe(path: string): string[] {
    if (this.#count === 0) return [];
    const { one, many } = this.#what;
    return [
      this.#count === 1
        ? `${path}: 1 box (in line ${this.#first}) ${one}`
        : `${path}: ${this.#count} boxes (the first in line ${this.#first}) ${many}`,
    ];
  }
}
