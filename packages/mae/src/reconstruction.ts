import type { AsymmetricMask } from '@masked-distill/masking';
import { unpatchify } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { indexMasks, maskIndexTensors, maskIndicesFrom } from './mask-indices.ts';
import type { MaskedAutoencoder } from './masked-autoencoder.ts';
import { patchStatistics } from './targets.ts';

/** An 8-bit RGB picture. */
export interface Picture {
  /** `height · width · 3` values, row by row, channel fastest. */
  data: Uint8Array;
  /** Columns. */
  width: number;
  /** Rows. */
  height: number;
}

/** What a masked autoencoder makes of one image. */
export interface Reconstruction {
  /** The input. */
  original: Picture;
  /** The input with hidden patches grey. */
  masked: Picture;
  /** The input with hidden patches as the model imagines them. */
  reconstructed: Picture;
}

/** Options of {@link reconstruct}. */
export interface ReconstructOptions {
  /** One mask for each image. */
  masks: readonly AsymmetricMask[];
  /** What was taken from each channel when the pixels were normalised. */
  mean: readonly number[];
  /** What each channel was divided by. */
  std: readonly number[];
}

/** Brightness of a hidden patch, 0 to 255. */
const HIDDEN = 128;

/**
 * Shows what the model makes of images. Predictions of normalised patches (`normPixLoss`) are given back each patch's own mean and
 * deviation, which is the only way to see them: the model does not predict those.
 *
 * @param model the masked autoencoder
 * @param pixels normalised, `[B, H, W, 3]`
 */
export async function reconstruct(
  model: MaskedAutoencoder,
  pixels: tf.Tensor4D,
  { masks, mean, std }: ReconstructOptions,
): Promise<Reconstruction[]> {
  const { patch, grid } = model.encoder;
  const [original, predicted] = tf.tidy(() => {
    const whole = masks.map(({ visible, extra, masked }) => ({ visible, extra, masked })); // whatever training decodes
    const indices = maskIndicesFrom(maskIndexTensors(indexMasks(whole, { grid })));
    const prediction = model.predict(model.encode(pixels, indices), indices); // [N, B, h·w·3]
    const patches = model.config.normPixLoss ? denormalize(model, prediction, pixels) : prediction;
    const toBytes = (image: tf.Tensor4D) =>
      tf.clipByValue(
        tf.round(tf.mul(tf.add(tf.mul(image, tf.tensor1d([...std])), tf.tensor1d([...mean])), 255)),
        0,
        255,
      );
    return [toBytes(pixels), toBytes(unpatchify(patches, { patch, grid }))];
  });
  const [originalBytes, predictedBytes] = await Promise.all(
    [original, predicted].map(async (x) => Uint8Array.from(await x.data())),
  );
  tf.dispose([original, predicted]);

  const [, height, width] = pixels.shape;
  const size = height * width * 3;
  return masks.map((mask, i) => {
    const own = originalBytes!.slice(i * size, (i + 1) * size);
    const imagined = predictedBytes!.subarray(i * size, (i + 1) * size);
    const picture = (data: Uint8Array): Picture => ({ data, width, height });
    const hide = (replacement: (index: number) => number) => {
      const data = own.slice();
      for (const index of pixelsOf(mask.masked, { grid, patch })) data[index] = replacement(index);
      return picture(data);
    };
    return { original: picture(own), masked: hide(() => HIDDEN), reconstructed: hide((index) => imagined[index]!) };
  });
}

function denormalize(model: MaskedAutoencoder, prediction: tf.Tensor3D, pixels: tf.Tensor4D): tf.Tensor3D {
  const { mean, std } = patchStatistics(model.patches(pixels));
  const perToken = (statistic: tf.Tensor2D) => tf.reshape(statistic, [prediction.shape[0], prediction.shape[1], 1]);
  return tf.add(tf.mul(prediction, perToken(std)), perToken(mean));
}

/** Places of all values of some tokens in a picture's data. */
function* pixelsOf(
  tokens: Int32Array,
  { grid, patch }: Pick<MaskedAutoencoder['encoder'], 'grid' | 'patch'>,
): Generator<number> {
  for (const token of tokens) {
    const [row, column] = [Math.floor(token / grid.w) * patch.h, (token % grid.w) * patch.w];
    for (let y = row; y < row + patch.h; y++) {
      const start = (y * grid.w * patch.w + column) * 3;
      for (let index = start; index < start + patch.w * 3; index++) yield index;
    }
  }
}
