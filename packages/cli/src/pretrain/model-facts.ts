import type { MaskedAutoencoder } from '@masked-distill/mae';
import { type MaskSampler, tokenCount } from '@masked-distill/masking';
import type { PretrainConfig } from '../config/pretrain-config.ts';
import type { ModelFacts } from '../progress/progress.ts';

/** What the first screen says of a masked autoencoder. */
export function modelFacts(
  model: MaskedAutoencoder,
  { config, sampler }: { config: PretrainConfig; sampler: MaskSampler },
): ModelFacts {
  const { grid } = model.encoder;
  return {
    title: `pre-training ${config.run.name}`,
    model: describeAutoencoder(config),
    parameters: countParameters(model),
    tokens: { all: tokenCount(grid), visible: sampler.counts(grid).visible },
  };
}

/** A masked autoencoder and what it is to reconstruct, in a line. */
export function describeAutoencoder({
  model,
  mask,
  target,
}: Pick<PretrainConfig, 'model' | 'mask' | 'target'>): string {
  const { preset, width, depth, heads, imageSize, patch, decoder } = model;
  return [
    `masked autoencoder, ViT-${preset} ${width}x${depth} (${heads} heads), decoder ${decoder.width}x${decoder.depth}`,
    `${imageSize.join('x')} px, patch ${patch.join('x')}`,
    `mask ${mask.ratio}${mask.type === 'random' ? '' : ` (${mask.type})`}`,
    mask.decoder !== 'off' && `decoder mask ${mask.decoder}`,
    target.normPix && 'normalised targets',
  ]
    .filter(Boolean)
    .join(', ');
}

/** Trainable parameters of a masked autoencoder by part. */
export function countParameters(model: MaskedAutoencoder): { encoder: number; decoder: number } {
  const parameters = { encoder: 0, decoder: 0 };
  for (const [name, { size }] of model.trainableVariables()) {
    parameters[/^(decoder_|mask_token)/.test(name) ? 'decoder' : 'encoder'] += size;
  }
  return parameters;
}
