import { StringNGrams, type StringNGramsAttrs, type StringNGramsInputs } from '@tensorflow/tfjs-core';
import { OrtBackendError } from '../../errors.ts';
import { defineStringKernel, integerTensor, stringsOf, stringTensor } from './string-tensor.ts';

/** Runs of neighbouring tokens, joined. */
export const stringNGrams = defineStringKernel<StringNGramsInputs, StringNGramsAttrs>(
  StringNGrams,
  ({ inputs: { data, dataSplits }, attrs, backend }) => {
    const tokens = stringsOf(backend, data);
    const splits = [...(backend.readSync(dataSplits.dataId) as Int32Array)];
    checkSplits(splits, tokens.length);
    const rows = splits.slice(1).map((end, i) => nGrams(tokens.slice(splits[i], end), attrs));
    const ends = new Int32Array(splits.length);
    rows.forEach(({ length }, i) => {
      ends[i + 1] = ends[i]! + length;
    });
    const all = rows.flat();
    return [stringTensor(backend, all, [all.length]), integerTensor(backend, ends, dataSplits.shape)];
  },
);

/** All runs of each width in a row of tokens with its padding. */
function nGrams(tokens: readonly string[], attrs: StringNGramsAttrs): string[] {
  const { separator, nGramWidths, leftPad, rightPad, padWidth, preserveShortSequences } = attrs;
  const padded = (width: number) => [...Array(width).fill(leftPad), ...tokens, ...Array(width).fill(rightPad)];
  const grams = nGramWidths.flatMap((width) => {
    const sequence = padded(Math.min(padWidth < 0 ? width - 1 : padWidth, width - 1));
    const count = Math.max(0, sequence.length - width + 1);
    return Array.from({ length: count }, (_, i) => sequence.slice(i, i + width).join(separator));
  });
  const isTooShort = preserveShortSequences && grams.length === 0 && tokens.length > 0;
  return isTooShort ? [padded(padWidth).join(separator)] : grams;
}

function checkSplits(splits: readonly number[], size: number): void {
  if (splits.length === 0) return;
  if (splits[0] !== 0) throw new OrtBackendError(`stringNGrams: First split value must be 0, got ${splits[0]}`);
  splits.forEach((split, i) => {
    const least = splits[Math.max(0, i - 1)]!;
    if (split >= least && split <= size) return;
    throw new OrtBackendError(`stringNGrams: Invalid split value ${split}, must be in [${least}, ${size}]`);
  });
  if (splits.at(-1) !== size) {
    throw new OrtBackendError(
      `stringNGrams: Last split value must be data size. Expected ${size}, got ${splits.at(-1)}`,
    );
  }
}
