import type { Rng } from '@masked-distill/base';
import type { TokenGrid } from './token-grid.ts';

/**
 * Which tokens of one sample a student and its teacher see. All lists are ascending token numbers in grid order
 * (t, then row, then column). The student sees `visible`; the teacher sees `visible` and then `extra`.
 */
export interface AsymmetricMask {
  /** Tokens that both see. */
  visible: Int32Array;
  /** Tokens that only the teacher sees; empty where there is no teacher. */
  extra: Int32Array;
  /** Tokens that the student does not see, `extra` among them: what it reconstructs. */
  masked: Int32Array;
  /** Those of `masked` that its decoder reconstructs, ascending. Default: all of them. */
  decoded?: Int32Array;
}

/** Draws masks. To bring one's own, implement this and run `maskSamplerConformance` on it. */
export interface MaskSampler {
  /** One sample's mask. All draws come from `rng`. */
  sample(grid: TokenGrid, rng: Rng): AsymmetricMask;
  /**
   * How many tokens of each kind every mask of this grid has.
   *
   * @throws InputError when the ratios leave no token visible or none masked
   */
  counts(grid: TokenGrid): MaskCounts;
}

/** Sizes of the lists of an {@link AsymmetricMask}. */
export interface MaskCounts {
  /** Tokens that both see. */
  visible: number;
  /** Tokens that only the teacher sees. */
  extra: number;
  /** Tokens that the student does not see. */
  masked: number;
  /** Tokens that its decoder reconstructs; absent where masks have no `decoded`, and all masked tokens are. */
  decoded?: number;
}
