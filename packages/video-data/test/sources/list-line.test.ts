import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessColumns, readColumns, type SplitLine, splitListLine } from '../../src/sources/list-line.ts';

const split = (line: string) => splitListLine(line) as SplitLine;

describe('a line of a list', () => {
  it.each([
    ['a.mp4 3', 'a.mp4', [3]],
    ['a.mp4,3', 'a.mp4', [3]],
    ['a.mp4\t3', 'a.mp4', [3]],
    ['a.mp4 , 3 ,', 'a.mp4', [3]],
    ['a.mp4', 'a.mp4', []],
    ['123 40 7', '123', [40, 7]],
    ['a b.mp4 3', 'a b.mp4', [3]],
    ['a, b.mp4, 3', 'a, b.mp4', [3]],
    ['"a 1 2" 40 7', 'a 1 2', [40, 7]],
    ["'it''s 5.mp4',0", "it's 5.mp4", [0]],
    ['"a.mp4"', 'a.mp4', []],
    ['k400/x.mp4 -1 -1', 'k400/x.mp4', [-1, -1]],
    ['x.mp4 0 -1 +7', 'x.mp4', [0, -1, 7]],
    ['playing guitar/abc_000001_000011.mp4 227', 'playing guitar/abc_000001_000011.mp4', [227]],
    ['7 7', '7', [7]],
  ])('%j', (line, path, numbers) => {
    expect(splitListLine(line)).toEqual({ path, numbers });
  });

  it.each(['', '   ', '# a.mp4 3', '\t#'])('%j says nothing', (line) => {
    expect(splitListLine(line)).toBeUndefined();
  });

  it.each([
    ['"a.mp4 3', 'the quote that opens "a.mp4 3 is never closed'],
    ['"" 3', `no path in '"" 3'; write 'path label'`],
    [', ,', "no path in ', ,'; write 'path label'"],
    [
      'a.mp4 guitar',
      "'guitar' is not a number; write 'path label' with a class index, and quote a path that holds spaces",
    ],
    ['a.mp4 1.5', "'1.5' is not a number; write 'path label' with a class index, and quote a path that holds spaces"],
    ['"a.mp4" x', "'x' is not a number; write 'path label' with a class index, and quote a path that holds spaces"],
    ['a.mp4 1 2 3 4', '4 numbers behind the path, at most 3 are known'],
    ['"a.mp4" 1 2 3 4 5', '5 numbers behind the path, at most 3 are known'],
  ])('%j is refused', (line, problem) => {
    expect(splitListLine(line)).toEqual({ problem });
  });

  it('gives back any path and numbers, however they are separated', () => {
    const path = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && !/[\r\n]/.test(text));
    const separator = fc.constantFrom(' ', '\t', ',', ', ', ' ,\t');
    const numbers = fc.array(fc.integer({ min: -10, max: 1e6 }), { maxLength: 3 });
    fc.assert(
      fc.property(path, separator, numbers, (text, between, values) => {
        const quoted = `"${text.replaceAll('"', '""')}"`;
        expect(split([quoted, ...values].join(between))).toEqual({ path: text, numbers: values });
      }),
    );
    const plain = fc.stringMatching(/^[a-z/][a-z0-9_/. -]{0,20}[a-z]\.mp4$/);
    fc.assert(
      fc.property(plain, separator, numbers, (text, between, values) => {
        expect(split([text, ...values].join(between))).toEqual({ path: text, numbers: values });
      }),
    );
  });

  it('takes no longer than its length over a hostile one', () => {
    const start = performance.now();
    for (const filler of [' ', ',', ' ,', '1 ', '-', 'a ']) splitListLine(`a${filler.repeat(200_000)}b`);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('never throws, and has a path or a problem', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const line = splitListLine(text);
        if (line === undefined) return;
        if ('problem' in line) expect(line.problem).not.toBe('');
        else expect([line.path.length > 0, line.numbers.length <= 3]).toEqual([true, true]);
      }),
    );
  });
});

describe('the columns of a list', () => {
  const guess = (...lines: string[]) => guessColumns(lines.map(split));

  it('are guessed from how many there are, and whether one is below 0', () => {
    expect(guess('a.mp4', 'b.mp4')).toBe('path label');
    expect(guess('a.mp4 3', 'b.mp4')).toBe('path label');
    expect(guess('a 40 3', 'b 35 0')).toBe('path frames label');
    expect(guess('a 0 -1', 'b 16 300')).toBe('path start frames');
    expect(guess('a 0 40 3', 'b 0 -1 2')).toBe('path start frames label');
  });

  const read = (line: string, columns: Parameters<typeof readColumns>[1]) => readColumns(split(line), columns);

  it('say what the numbers are', () => {
    expect(read('a.mp4 3', 'path label')).toEqual({ path: 'a.mp4', label: 3 });
    expect(read('a.mp4', 'path label')).toEqual({ path: 'a.mp4' });
    expect(read('a 40 3', 'path frames label')).toEqual({ path: 'a', frames: 40, label: 3 });
    expect(read('a.mp4 16 64', 'path start frames')).toEqual({ path: 'a.mp4', start: 16, frames: 64 });
    expect(read('a.mp4 16 64 2', 'path start frames label')).toEqual({
      path: 'a.mp4',
      start: 16,
      frames: 64,
      label: 2,
    });
    for (const whole of ['a.mp4 -1 -1', 'a.mp4 0 -1'])
      expect(read(whole, 'path start frames')).toEqual({ path: 'a.mp4' });
  });

  it.each([
    ['a 3', 'path frames label', "1 numbers behind the path, where 'path frames label' has 2"],
    ['a.mp4 1 2', 'path label', "2 numbers behind the path, where 'path label' has 1"],
    ['a.mp4 -3', 'path label', 'label -3 is outside 0..999999'],
    ['a.mp4 99999999999999999999', 'path label', 'label 100000000000000000000 is outside 0..999999'],
    [
      'a 0 3',
      'path frames label',
      "0 frames by 'path frames label'; write how many there are, or give the columns if the numbers mean something else",
    ],
  ] as const)('%j as %j is refused', (line, columns, problem) => {
    expect(read(line, columns)).toEqual({ problem });
  });
});
