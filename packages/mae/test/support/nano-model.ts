import { createRng } from '@masked-distill/base';
import { type AsymmetricMask, randomMasking, type TokenGrid } from '@masked-distill/masking';
import * as tf from '@tensorflow/tfjs-core';
import {
  indexMasks,
  MaskedAutoencoder,
  type MaskedAutoencoderConfig,
  maskIndexTensors,
  maskIndicesFrom,
  VideoMaskedAutoencoder,
  type VideoMaskedAutoencoderConfig,
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

/** Options of {@link createTask}. */
export interface TaskOptions {
  /** Samples. */
  batch?: number;
  /** Share of the tokens that is masked. */
  ratio?: number;
  /** How many of the masked tokens are decoded; default all. */
  decoded?: number;
}

/** One mask a sample, of which the decoder may get a part only. */
function sampleMasks(grid: TokenGrid, { batch = 3, ratio = 0.6, decoded }: TaskOptions): AsymmetricMask[] {
  return Array.from({ length: batch }, (_, i) => {
    const mask = randomMasking({ ratio }).sample(grid, createRng(0, 'mask', i));
    if (decoded === undefined) return mask;
    const order = createRng(0, 'decoded', i).permutation(mask.masked.length);
    return { ...mask, decoded: Int32Array.from(order.slice(0, decoded), (place) => mask.masked[place]!).sort() };
  });
}

/** A model, pixels and masks of a batch; the caller's scope owns the tensors, `model.dispose()` frees the rest. */
export function createTask(config: MaskedAutoencoderConfig, options: TaskOptions = {}) {
  const model = new MaskedAutoencoder(config, { rng: createRng(0, 'init') });
  const { grid } = model.encoder;
  const masks = sampleMasks(grid, options);
  const { h, w } = config.encoder.imageSize;
  const values = normalValues(masks.length * h * w * 3);
  return {
    model,
    masks,
    values,
    pixels: tf.tensor4d(values, [masks.length, h, w, 3]),
    indices: maskIndicesFrom(maskIndexTensors(indexMasks(masks, { grid }))),
  };
}

/** A masked autoencoder for clips of a few hundred parameters, over a grid of 2x3x2. */
export const nanoVideo: VideoMaskedAutoencoderConfig = {
  encoder: { frames: 4, imageSize: { h: 6, w: 6 }, patch: { t: 2, h: 2, w: 3 }, width: 8, depth: 2, heads: 2 },
  decoder: { width: 6, depth: 2, heads: 3 },
};

/** {@link createTask} of clips. */
export function createVideoTask(config: VideoMaskedAutoencoderConfig, options: TaskOptions = {}) {
  const model = new VideoMaskedAutoencoder(config, { rng: createRng(0, 'init') });
  const { grid } = model.encoder;
  const masks = sampleMasks(grid, options);
  const { frames, imageSize } = config.encoder;
  const shape: [number, number, number, number, number] = [masks.length, frames, imageSize.h, imageSize.w, 3];
  const values = normalValues(shape.reduce((a, b) => a * b));
  return {
    model,
    masks,
    values,
    pixels: tf.tensor5d(values, shape),
    indices: maskIndicesFrom(maskIndexTensors(indexMasks(masks, { grid }))),
  };
}

function normalValues(length: number): Float32Array {
  const rng = createRng(0, 'pixels');
  return Float32Array.from({ length }, () => rng.normal());
}
