import type { Rng } from '@masked-distill/base';

/** Options of {@link sampleDropout}. */
export interface SampleDropoutOptions {
  /** Probability in [0, 1) with which a value is dropped. */
  rate: number;
  /** How many factors. */
  count: number;
  /** Source of the draws. */
  rng: Rng;
}

/**
 * Draws the factors of dropout (Srivastava et al. 2014): 0 for a dropped value, 1/(1 − rate) for a kept one. They are a step's argument, to be
 * multiplied with what is dropped, so that a step may be traced once and replayed.
 */
export function sampleDropout({ rate, count, rng }: SampleDropoutOptions): Float32Array {
  return Float32Array.from({ length: count }, () => (rng.uniform() < rate ? 0 : 1 / (1 - rate)));
}
