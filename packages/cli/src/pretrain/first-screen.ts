import type { MaskedAutoencoder } from '@masked-distill/mae';
import type { Engine } from '@masked-distill/tensor-core';
import type { RunPlan } from '../config/plan.ts';
import type { PretrainConfig } from '../config/pretrain-config.ts';
import type { RunFacts } from '../progress/progress.ts';

/** What {@link firstScreen} tells of. */
export interface FirstScreenOptions {
  /** The run's settings. */
  readonly config: PretrainConfig;
  /** What follows from them. */
  readonly plan: RunPlan;
  /** What computes. */
  readonly engine: Engine;
  /** Number of training images. */
  readonly images: number;
  /** Steps done already. */
  readonly startStep: number;
  /** The run's folder. */
  readonly folder: string;
  /** Seconds that the steps still to do are likely to take. */
  readonly expectedSeconds: number;
}

/** The facts that a person should see before the time is spent. */
export function firstScreen(model: MaskedAutoencoder, options: FirstScreenOptions): RunFacts {
  const { config, plan, engine, ...rest } = options;
  const { preset, width, depth, heads, imageSize, patch, decoder } = config.model;
  const parameters = { encoder: 0, decoder: 0 };
  for (const [name, { size }] of model.trainableVariables()) {
    parameters[/^(decoder_|mask_token)/.test(name) ? 'decoder' : 'encoder'] += size;
  }
  return {
    title: `pre-training ${config.run.name}`,
    model:
      `masked autoencoder, ViT-${preset} ${width}x${depth} (${heads} heads), decoder ${decoder.width}x${decoder.depth}, ` +
      `${imageSize.join('x')} px, patch ${patch.join('x')}, mask ${config.mask.ratio}${config.target.normPix ? ', normalised targets' : ''}`,
    parameters,
    tokens: { all: plan.tokens, visible: plan.visibleTokens },
    batch: { size: config.optim.batchSize, repeats: config.data.repeats, accumulation: config.optim.accumulation },
    lr: { value: plan.lr, blr: config.optim.blr },
    engine: `${engine.name} (${engine.detail})`,
    stepsPerEpoch: plan.stepsPerEpoch,
    totalSteps: plan.totalSteps,
    ...rest,
  };
}

/** Why the engines before the one taken were not; nothing where the first was. */
export function describePassedOver({ passedOver }: Engine): string | undefined {
  if (passedOver.length === 0) return undefined;
  return `engines passed over: ${passedOver.map(({ name, detail }) => `${name} (${detail})`).join(', ')}; see masked-distill doctor`;
}
