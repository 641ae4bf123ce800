import { InputError } from '@masked-distill/base';

/** Options of {@link warmupCosine}. */
export interface WarmupCosineOptions {
  /** Rate at the end of the warm-up. */
  peak: number;
  /** Rate at the end of the run. Default 0. */
  floor?: number;
  /** Warm-up, in steps, from 0. Default 0. May be fractional. */
  warmupSteps?: number;
  /** Length of the run in steps. */
  totalSteps: number;
}

/**
 * MAE's learning-rate schedule: linear from 0 over the warm-up, then half a cosine down to `floor`, set anew at every step.
 *
 * @returns the rate at step 0, 1, …
 * @throws InputError when the warm-up is longer than the run
 */
export function warmupCosine({
  peak,
  floor = 0,
  warmupSteps = 0,
  totalSteps,
}: WarmupCosineOptions): (step: number) => number {
  if (warmupSteps > totalSteps) {
    throw new InputError(
      `warmupCosine: the warm-up has ${warmupSteps} steps, the whole run ${totalSteps}; shorten the warm-up`,
    );
  }
  return (step) => {
    if (step < warmupSteps) return (peak * step) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1e-12, totalSteps - warmupSteps));
    return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}

/** Options of {@link cosineTable}. */
export interface CosineTableOptions {
  /** Value at the end of the warm-up. */
  base: number;
  /** Value that the cosine heads for; the last step stops just short of it. */
  final: number;
  /** Length of the run in steps. */
  totalSteps: number;
  /** Steps of warm-up. Default 0. */
  warmupSteps?: number;
  /** Value at step 0 of the warm-up. Default 0. */
  start?: number;
}

/**
 * VideoMAE's and AMD's schedule as a table of one value a step. It differs from {@link warmupCosine} at the edges: the warm-up includes
 * its end point, so `base` stands there twice, and `final` itself is never reached.
 */
export function cosineTable({ base, final, totalSteps, warmupSteps = 0, start = 0 }: CosineTableOptions): Float64Array {
  if (warmupSteps > totalSteps) {
    throw new InputError(
      `cosineTable: the warm-up has ${warmupSteps} steps, the whole run ${totalSteps}; shorten the warm-up`,
    );
  }
  return Float64Array.from({ length: totalSteps }, (_, step) => {
    if (step < warmupSteps) return warmupSteps === 1 ? start : start + ((base - start) * step) / (warmupSteps - 1);
    const progress = (step - warmupSteps) / (totalSteps - warmupSteps);
    return final + 0.5 * (base - final) * (1 + Math.cos(Math.PI * progress));
  });
}

/** Learning rate of a batch by the linear rule (Goyal et al. 2017): `blr · batch / 256`, with all repeats and accumulation counted in. */
export function scaleLearningRate(blr: number, effectiveBatch: number): number {
  return (blr * effectiveBatch) / 256;
}
