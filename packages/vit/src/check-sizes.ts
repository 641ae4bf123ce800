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
 * Checks that a transformer of this size can be built.
 *
 * @param who what is to be built, for the message
 * @throws InputError when a size is no whole number above 0, or the width is no multiple of the heads
 */
export function checkBlocks(size: TransformerSize & { mlpRatio?: number }, who: string): void {
  const { width, depth, heads, mlpRatio = 4 } = size;
  checkWhole({ width, depth, heads, 'hidden width': Math.round(width * mlpRatio) }, who);
  if (width % heads) throw new InputError(`${who}: ${heads} heads do not divide width ${width}; change one of them`);
}

/**
 * Checks that a transformer of this size can be built over sin-cos positions in two dimensions.
 *
 * @param who what is to be built, for the message
 * @throws InputError when a size is no whole number above 0, or the width is no multiple of the heads or of 4
 */
export function checkTransformerSize(size: TransformerSize & { mlpRatio?: number }, who: string): void {
  checkBlocks(size, who);
  if (size.width % 4)
    throw new InputError(`${who}: width ${size.width} is not a multiple of 4, which the 2-D position table needs`);
}

/**
 * Checks that patches tile an input.
 *
 * @param input what is tiled, for the message
 * @param sizes of the input and of a patch: frames (of a clip), height, width
 * @throws InputError when a size is no whole number above 0, or the patch does not divide the input
 */
export function checkTiling(
  input: 'image' | 'clip',
  { extent, patch }: { extent: readonly number[]; patch: readonly number[] },
): void {
  const axes = ['frames', 'height', 'width'].slice(-extent.length);
  const named = (what: string, sizes: readonly number[]) =>
    axes.map((axis, i) => [`${what} ${axis}`, sizes[i]!] as const);
  checkWhole(Object.fromEntries([...named(input, extent), ...named('patch', patch)]), 'ViT');
  if (extent.some((size, i) => size % patch[i]!)) {
    throw new InputError(
      `ViT: ${input} is ${extent.join('x')}, not divisible by patch ${patch.join('x')}; change the ${input} size or the patch`,
    );
  }
}
