import type { Engine } from '@masked-distill/tensor-core';
import type { RunConfig } from '../config/run-config.ts';
import type { RunFacts } from '../progress/progress.ts';
import type { ReadyTraining } from './training.ts';

/** The facts that a person should see before the time is spent. */
export function runFacts<Config extends RunConfig>(
  { config, plan, engine, sources, training, startStep }: ReadyTraining<Config>,
  rest: Pick<RunFacts, 'folder' | 'expectedSeconds'>,
): RunFacts {
  const { optim, data } = config;
  return {
    ...training.facts,
    data: { ...sources.modality.words, count: sources.train.length },
    batch: { size: optim.batchSize, repeats: data.repeats, accumulation: optim.accumulation },
    lr: { value: plan.lr, blr: optim.blr },
    engine: `${engine.name} (${engine.detail})`,
    stepsPerEpoch: plan.stepsPerEpoch,
    totalSteps: plan.totalSteps,
    startStep,
    ...rest,
  };
}

/** Why the engines before the one taken were not; nothing where the first was. */
export function describePassedOver({ passedOver }: Engine): string | undefined {
  if (passedOver.length === 0) return undefined;
  return `engines passed over: ${passedOver.map(({ name, detail }) => `${name} (${detail})`).join(', ')}; see masked-distill doctor`;
}
