import {
  MaskedAutoencoder,
  type MaskedAutoencoderConfig,
  VideoMaskedAutoencoder,
  type VideoMaskedAutoencoderConfig,
} from '@masked-distill/mae';
import { createRng } from '@masked-distill/tensor-core';
import { isVideo } from '../config/model-name.ts';
import type { PretrainConfig } from '../config/pretrain-config.ts';
import type { Autoencoder } from '../tasks/autoencoder.ts';

/** The masked autoencoder of images that a configuration describes. */
export function modelConfigOf({ model, target }: Pick<PretrainConfig, 'model' | 'target'>): MaskedAutoencoderConfig {
  return {
    encoder: {
      ...blocksOf(model),
      classToken: model.classToken,
      imageSize: { h: model.imageSize[0], w: model.imageSize[1] },
      patch: { h: model.patch[0], w: model.patch[1] },
    },
    decoder: decoderOf(model),
    normPixLoss: target.normPix,
  };
}

/** The masked autoencoder of clips that a configuration describes. */
export function videoModelConfigOf({
  model,
  target,
  data,
}: Pick<PretrainConfig, 'model' | 'target' | 'data'>): VideoMaskedAutoencoderConfig {
  return {
    encoder: {
      ...blocksOf(model),
      frames: model.frames,
      imageSize: { h: model.imageSize[0], w: model.imageSize[1] },
      patch: { t: model.tubelet, h: model.patch[0], w: model.patch[1] },
      positions: model.positions,
    },
    decoder: decoderOf(model),
    normPixLoss: target.normPix,
    mean: data.mean,
    std: data.std,
  };
}

/** The masked autoencoder of a configuration, with fresh weights drawn from the run's seed. */
export function buildModelOf(config: Pick<PretrainConfig, 'model' | 'target' | 'data' | 'run'>): Autoencoder {
  const rng = createRng(config.run.seed, 'init');
  return isVideo(config.model)
    ? new VideoMaskedAutoencoder(videoModelConfigOf(config), { rng })
    : new MaskedAutoencoder(modelConfigOf(config), { rng });
}

const blocksOf = ({ width, depth, heads, mlpRatio }: PretrainConfig['model']) => ({
  width: width!,
  depth: depth!,
  heads: heads!,
  mlpRatio,
});

const decoderOf = ({ decoder }: PretrainConfig['model']) => ({
  width: decoder.width!,
  depth: decoder.depth!,
  heads: decoder.heads!,
});
