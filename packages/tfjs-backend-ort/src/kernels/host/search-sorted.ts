import { SearchSorted, type SearchSortedAttrs, type SearchSortedInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf } from './host-kernel.ts';

/** Where values would go in sorted rows. */
export const searchSorted = defineKernel<SearchSortedInputs, SearchSortedAttrs>(
  SearchSorted,
  ({ inputs: { sortedSequence, values }, attrs: { side }, backend }) => {
    const [sequence, sought] = numbersOf(backend, [sortedSequence, values]);
    const length = sortedSequence.shape[1]!;
    const each = values.shape[1]!;
    const isBefore = side === 'left' ? (a: number, b: number) => a < b : (a: number, b: number) => a <= b;
    const places = Int32Array.from(sought, (value, i) => {
      const start = Math.floor(i / each) * length;
      let [low, high] = [0, length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (isBefore(sequence[start + middle]!, value)) low = middle + 1;
        else high = middle;
      }
      return low;
    });
    return fromHost(backend, places, { type: 'int32', shape: values.shape });
  },
);
