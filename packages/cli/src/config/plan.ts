import { InputError } from '@masked-distill/base';
import { effectiveBatch, resolveLr } from './learning-rate.ts';
import type { RunConfig } from './run-config.ts';

/** What follows from a configuration and the number of samples. */
export interface RunPlan {
  /** Samples in one optimiser step: batchSize x repeats x accumulation. */
  readonly effectiveBatch: number;
  /** Learning rate after the warm-up. */
  readonly lr: number;
  /** Forward passes in one pass over the images; the images left over at its end are dropped. */
  readonly batchesPerEpoch: number;
  /** Optimiser steps in one pass over the images; fractional where accumulation runs across its end. */
  readonly stepsPerEpoch: number;
  /** Optimiser steps of the whole run. */
  readonly totalSteps: number;
  /** Optimiser steps of warm-up; may be fractional. */
  readonly warmupSteps: number;
}

/**
 * Works out a run over so many images or videos.
 *
 * @throws InputError when there are fewer samples than a batch, no step in the run, or nothing but warm-up
 */
export function planRun(config: RunConfig, samples: number): RunPlan {
  const { batchSize, accumulation, epochs, steps, warmupEpochs, warmupShare, warmupSteps: givenWarmup } = config.optim;
  const batchesPerEpoch = Math.floor(samples / batchSize);
  if (batchesPerEpoch === 0) {
    throw new InputError(`optim.batchSize: ${batchSize} is more than the ${samples} samples there are; lower it`);
  }
  const stepsPerEpoch = batchesPerEpoch / accumulation;
  const totalSteps = steps ?? Math.floor((epochs! * batchesPerEpoch) / accumulation);
  if (totalSteps === 0) {
    throw new InputError(
      `optim.accumulation: a step takes ${accumulation} batches, the whole run has ${epochs! * batchesPerEpoch}; lower it or add epochs`,
    );
  }
  const warmupSteps =
    givenWarmup ?? (warmupEpochs === undefined ? warmupShare! * totalSteps : warmupEpochs * stepsPerEpoch);
  if (warmupSteps >= totalSteps) {
    throw new InputError(
      `optim: the warm-up of ${warmupSteps} steps leaves nothing of the run's ${totalSteps}; shorten it`,
    );
  }
  return {
    effectiveBatch: effectiveBatch(config),
    lr: resolveLr(config),
    batchesPerEpoch,
    stepsPerEpoch,
    totalSteps,
    warmupSteps,
  };
}

/** A distance such as '500 steps' or '2 epochs' in whole optimiser steps, at least one. */
export function spanInSteps(distance: string, stepsPerEpoch: number): number {
  const count = Number.parseInt(distance, 10);
  return distance.includes('epoch') ? Math.max(1, Math.round(count * stepsPerEpoch)) : count;
}
