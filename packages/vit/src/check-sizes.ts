import { InputError } from '@masked-distill/base';
import type { TransformerSize } from './presets.ts';

/** @throws InputError, beginning with `who`, when one of the values by name is no whole number above 0 */
export function checkWhole(values: Readonly<Record<string, number>>, who: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isInteger(value) || value < 1)
      throw new InputError(`${who}: ${name} is ${value}; it must be a whole number above 0`);
  }
}

/**
 * Checks that a transformer of this size can be built over sin-cos positions in two dimensions.
 *
 * @param who what is to be built, for the message
 * @throws InputError when a size is no whole number above 0, or the width is no multiple of the heads or of 4
 */
export function checkTransformerSize(size: TransformerSize & { mlpRatio?: number }, who: string): void {
  const { width, depth, heads, mlpRatio = 4 } = size;
  checkWhole({ width, depth, heads, 'hidden width': Math.round(width * mlpRatio) }, who);
  if (width % heads) throw new InputError(`${who}: ${heads} heads do not divide width ${width}; change one of them`);
  if (width % 4)
    throw new InputError(`${who}: width ${width} is not a multiple of 4, which the 2-D position table needs`);
}
