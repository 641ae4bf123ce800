import { StringSplit, type StringSplitAttrs, type StringSplitInputs } from '@tensorflow/tfjs-core';
import { bytesOf, bytesTensor, defineStringKernel, integerTensor } from './string-tensor.ts';

/** Texts cut at delimiters, as the parts of a sparse matrix. */
export const stringSplit = defineStringKernel<StringSplitInputs, StringSplitAttrs>(
  StringSplit,
  ({ inputs: { input, delimiter }, attrs: { skipEmpty }, backend }) => {
    const [delimiters] = bytesOf(backend, delimiter) as [Uint8Array];
    const rows = bytesOf(backend, input).map((text) =>
      split(text, delimiters).filter((token) => !skipEmpty || token.length > 0),
    );
    const tokens = rows.flat();
    const places = rows.flatMap((row, i) => row.flatMap((_, j) => [i, j]));
    const longest = Math.max(0, ...rows.map(({ length }) => length));
    return [
      integerTensor(backend, Int32Array.from(places), [tokens.length, 2]),
      bytesTensor(backend, tokens, [tokens.length]),
      integerTensor(backend, Int32Array.of(rows.length, longest), [2]),
    ];
  },
);

/** The parts between bytes that are delimiters; without any, every byte is a part. An empty text has none. */
function split(text: Uint8Array, delimiters: Uint8Array): Uint8Array[] {
  if (text.length === 0) return [];
  if (delimiters.length === 0) return Array.from(text, (_, i) => text.subarray(i, i + 1));
  const ends = [...text.keys(), text.length].filter((i) => i === text.length || delimiters.includes(text[i]!));
  return ends.map((end, i) => text.subarray(i === 0 ? 0 : ends[i - 1]! + 1, end));
}
