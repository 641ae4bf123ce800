import { MaskedAutoencoder } from '@masked-distill/mae';
import { createRng } from '@masked-distill/tensor-core';
import type { PretrainConfig } from '../config/pretrain-config.ts';

/** The masked autoencoder of a configuration, with fresh weights drawn from the run's seed. */
export function buildModelOf({ model, target, run }: PretrainConfig): MaskedAutoencoder {
  const { width, depth, heads, mlpRatio, classToken, decoder } = model;
  return new MaskedAutoencoder(
    {
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
    },
    { rng: createRng(run.seed, 'init') },
  );
}
