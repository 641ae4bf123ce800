import { type MaskSampler, tokenCount } from '@masked-distill/masking';
import { isVideo } from '../config/model-name.ts';
import type { PretrainConfig } from '../config/pretrain-config.ts';
import type { ModelFacts } from '../progress/progress.ts';
import type { Autoencoder } from '../tasks/autoencoder.ts';

/** What the first screen says of a masked autoencoder. */
export function modelFacts(
  model: Autoencoder,
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
  const { preset, width, depth, heads, frames, tubelet, imageSize, patch, decoder } = model;
  const clip = isVideo(model) ? { size: `${frames} frames of `, patch: `${tubelet}x` } : { size: '', patch: '' };
  return [
    `masked autoencoder, ViT-${preset} ${width}x${depth} (${heads} heads), decoder ${decoder.width}x${decoder.depth}`,
    `${clip.size}${imageSize.join('x')} px, patch ${clip.patch}${patch.join('x')}`,
    `mask ${mask.ratio}${mask.type === 'random' ? '' : ` (${mask.type})`}`,
    mask.decoder !== 'off' && `decoder mask ${mask.decoder}`,
    target.normPix && 'normalised targets',
  ]
    .filter(Boolean)
    .join(', ');
}

/** Trainable parameters of a masked autoencoder by part. */
export function countParameters(model: Autoencoder): { encoder: number; decoder: number } {
  const parameters = { encoder: 0, decoder: 0 };
  for (const [name, { size }] of model.trainableVariables()) {
    parameters[/^(decoder[_.]|mask_token|encoder_to_decoder)/.test(name) ? 'decoder' : 'encoder'] += size;
  }
  return parameters;
}
