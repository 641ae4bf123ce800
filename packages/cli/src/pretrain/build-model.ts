import { MaskedAutoencoder, type MaskedAutoencoderConfig } from '@masked-distill/mae';
import { createRng } from '@masked-distill/tensor-core';
import type { PretrainConfig } from '../config/pretrain-config.ts';

/** What the masked autoencoder of a configuration is made of. */
export function modelConfigOf({ model, target }: Pick<PretrainConfig, 'model' | 'target'>): MaskedAutoencoderConfig {
  const { width, depth, heads, mlpRatio, classToken, decoder } = model;
  return {
    encoder: {
      width: width!,
      depth: depth!,
      heads: heads!,
      mlpRatio,
      classToken,
      imageSize: { h: model.imageSize[0], w: model.imageSize[1] },
      patch: { h: model.patch[0], w: model.patch[1] },
    },
    decoder: { width: decoder.width!, depth: decoder.depth!, heads: decoder.heads! },
    normPixLoss: target.normPix,
  };
}

/** The masked autoencoder of a configuration, with fresh weights drawn from the run's seed. */
export function buildModelOf(config: Pick<PretrainConfig, 'model' | 'target' | 'run'>): MaskedAutoencoder {
  return new MaskedAutoencoder(modelConfigOf(config), { rng: createRng(config.run.seed, 'init') });
}
