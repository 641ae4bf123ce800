import type { RunConfig } from './run-config.ts';

/** Samples in one optimiser step: images x repeated crops x accumulated batches. */
export function effectiveBatch({ data, optim }: Pick<RunConfig, 'data' | 'optim'>): number {
  return optim.batchSize * data.repeats * optim.accumulation;
}

/** The learning rate after the warm-up: `lr`, or `blr` scaled by the linear rule (Goyal et al. 2017), `blr x effective batch / 256`. */
export function resolveLr(config: Pick<RunConfig, 'data' | 'optim'>): number {
  const { lr, blr } = config.optim;
  return lr ?? (blr! * effectiveBatch(config)) / 256;
}
