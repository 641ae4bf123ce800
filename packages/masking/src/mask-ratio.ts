import { InputError } from '@masked-distill/base';
import type { MaskCounts } from './mask.ts';

/**
 * Which side of a masking ratio is rounded down. MAE keeps ⌊n·(1−ρ)⌋ tokens (`'visible'`), VideoMAE and AMD hide ⌊n·ρ⌋ (`'masked'`):
 * of 196 tokens at ρ = 0.9 the first sees 19, the second 20.
 */
export type MaskRounding = 'visible' | 'masked';

/** Shares of hidden tokens. */
export interface MaskRatios {
  /** Share of tokens hidden from the student, in (0, 1). */
  ratio: number;
  /** Share of tokens hidden from the teacher, in (0, ratio]. Default: the student's, so that no token is `extra`. */
  teacherRatio?: number;
  /** Which side is rounded down. Default 'visible', MAE's rule. */
  rounding?: MaskRounding;
}

/**
 * How many of `n` tokens are visible, extra and masked.
 *
 * @throws InputError when a ratio is outside (0, 1), the teacher's exceeds the student's, no token would be visible or masked,
 * or, though the teacher's ratio is lower, rounding leaves it no token more
 */
export function countMasked(n: number, { ratio, teacherRatio = ratio, rounding = 'visible' }: MaskRatios): MaskCounts {
  for (const value of [ratio, teacherRatio]) {
    if (!(value > 0 && value < 1))
      throw new InputError(`mask ratio: ${value} is outside (0, 1); 0.75 is usual for images`);
  }
  if (teacherRatio > ratio) {
    throw new InputError(
      `mask ratio: the teacher's ${teacherRatio} exceeds the student's ${ratio}; the teacher must see more`,
    );
  }
  const visibleAt = (share: number) =>
    rounding === 'visible' ? Math.floor(n * (1 - share)) : n - Math.floor(n * share);
  const visible = visibleAt(ratio);
  const masked = n - visible;
  if (visible === 0)
    throw new InputError(`mask ratio: ${ratio} of ${n} tokens leaves none visible; lower it or use smaller patches`);
  if (masked === 0)
    throw new InputError(`mask ratio: ${ratio} of ${n} tokens masks none; raise it or use smaller patches`);
  const extra = visibleAt(teacherRatio) - visible;
  // Asked for, but lost in rounding: a loss over the extra tokens would be over none.
  if (extra === 0 && teacherRatio < ratio) {
    throw new InputError(
      `mask ratio: the teacher's ${teacherRatio} and the student's ${ratio} both leave ${visible} of ${n} tokens visible; lower the teacher's, or make them equal`,
    );
  }
  return { visible, extra, masked };
}
