import { createRng } from '@masked-distill/base';
import { randomMasking } from '@masked-distill/masking';
import * as tf from '@tensorflow/tfjs-core';
import {
  indexMasks,
  MaskedAutoencoder,
  type MaskedAutoencoderConfig,
  maskIndexTensors,
  maskIndicesFrom,
} from '../../src/index.ts';

/** A masked autoencoder of a few hundred parameters. */
export const nano: MaskedAutoencoderConfig = {
  encoder: { imageSize: { h: 6, w: 6 }, patch: { h: 2, w: 2 }, width: 8, depth: 2, heads: 2 },
  decoder: { width: 8, depth: 1, heads: 2 },
};

/** The same, over an image that is not square, in patches that are not square. */
export const oblong: MaskedAutoencoderConfig = {
  ...nano,
  encoder: { ...nano.encoder, imageSize: { h: 6, w: 16 }, patch: { h: 3, w: 4 } },
};

/** The same without a class token. */
export const classless: MaskedAutoencoderConfig = { ...nano, encoder: { ...nano.encoder, classToken: false } };

/** A model, pixels and masks of a batch; the caller's scope owns the tensors, `model.dispose()` frees the rest. */
export function createTask(config: MaskedAutoencoderConfig, { batch = 3, ratio = 0.6 } = {}) {
  const model = new MaskedAutoencoder(config, { rng: createRng(0, 'init') });
  const { grid, prefixTokens } = model.encoder;
  const masks = Array.from({ length: batch }, (_, i) => randomMasking({ ratio }).sample(grid, createRng(0, 'mask', i)));
  const { h, w } = config.encoder.imageSize;
  const rng = createRng(0, 'pixels');
  const values = Float32Array.from({ length: batch * h * w * 3 }, () => rng.normal());
  return {
    model,
    masks,
    values,
    pixels: tf.tensor4d(values, [batch, h, w, 3]),
    indices: maskIndicesFrom(maskIndexTensors(indexMasks(masks, { grid, prefixTokens }))),
  };
}
