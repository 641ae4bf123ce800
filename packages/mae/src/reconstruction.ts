import type { AsymmetricMask } from '@masked-distill/masking';
import type { Backbone } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { indexMasks, maskIndexTensors, maskIndicesFrom } from './mask-indices.ts';
import type { MaskedAutoencoder } from './masked-autoencoder.ts';
import type { TokenAutoencoder } from './token-autoencoder.ts';

/** An 8-bit RGB picture. */
export interface Picture {
  /** `height · width · 3` values, row by row, channel fastest. */
  data: Uint8Array;
  /** Columns. */
  width: number;
  /** Rows. */
  height: number;
}

/** What a masked autoencoder makes of one image, or of one frame of a clip. */
export interface Reconstruction {
  /** The input. */
  original: Picture;
  /** The input with hidden patches grey. */
  masked: Picture;
  /** The input with grey what is hidden from the teacher too: without the mask's `extra` tokens. */
  teacherSees: Picture;
  /** The input with hidden patches as the model imagines them. */
  reconstructed: Picture;
}

/** Options of {@link reconstruct} and {@link reconstructFrames}. */
export interface ReconstructOptions {
  /** One mask for each image or clip. */
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
  options: ReconstructOptions,
): Promise<Reconstruction[]> {
  return (await reconstructFrames(model, pixels, options)).map(([image]) => image!);
}

/**
 * Shows what the model makes of clips, frame by frame, as {@link reconstruct} does of images.
 *
 * @param model the masked autoencoder, of clips or of images, which have one frame
 * @param pixels normalised, `[B, T, H, W, 3]` of clips
 * @returns for each clip the frames in their order
 */
export async function reconstructFrames<Pixels extends tf.Tensor4D | tf.Tensor5D>(
  model: TokenAutoencoder<Pixels>,
  pixels: Pixels,
  { masks, mean, std }: ReconstructOptions,
): Promise<Reconstruction[][]> {
  const { patch, grid } = model.encoder;
  const [original, imagined] = tf.tidy(() => {
    const whole = masks.map(({ visible, extra, masked }) => ({ visible, extra, masked })); // whatever training decodes
    const indices = maskIndicesFrom(maskIndexTensors(indexMasks(whole, { grid })));
    const toBytes = (values: tf.Tensor) => {
      const channels = tf.add(tf.mul(tf.reshape(values, [-1, 3]), tf.tensor1d([...std])), tf.tensor1d([...mean]));
      return tf.clipByValue(tf.round(tf.mul(channels, 255)), 0, 255);
    };
    return [toBytes(pixels), toBytes(model.imagine(pixels, indices))];
  });
  const [originalBytes, imaginedBytes] = await Promise.all(
    [original, imagined].map(async (x) => Uint8Array.from(await x.data())),
  );
  tf.dispose([original, imagined]);

  const size = originalBytes!.length / masks.length;
  const tokenSize = patch.t * patch.h * patch.w * 3;
  return masks.map(({ masked, extra }, i) => {
    const own = originalBytes!.subarray(i * size, (i + 1) * size);
    const isExtra = new Set(extra);
    const paint = (brush: Brush) => {
      const data = own.slice();
      for (const [k, token] of masked.entries()) {
        // Predictions are token-major: those of the k-th masked token of all samples stand together.
        const start = (k * masks.length + i) * tokenSize;
        let from = start;
        for (const place of placesOf(token, { grid, patch })) data[place] = brush({ token, place, from: from++ });
      }
      return data;
    };
    const views = {
      original: own.slice(),
      masked: paint(() => HIDDEN),
      teacherSees: paint(({ token, place }) => (isExtra.has(token) ? own[place]! : HIDDEN)),
      reconstructed: paint(({ from }) => imaginedBytes![from]!),
    };
    return framesOf(views, { grid, patch });
  });
}

/** The value of a masked token at a place in the data; `from` is where it stands among the predictions. */
type Brush = (at: { token: number; place: number; from: number }) => number;

type TokenLayout = Pick<Backbone, 'grid' | 'patch'>;

/** Places of all values of a token in the data of a clip or an image, in the token's own order. */
function* placesOf(token: number, { grid, patch }: TokenLayout): Generator<number> {
  const [height, width] = [grid.h * patch.h, grid.w * patch.w];
  const frame = Math.floor(token / (grid.h * grid.w)) * patch.t;
  const [row, column] = [(Math.floor(token / grid.w) % grid.h) * patch.h, (token % grid.w) * patch.w];
  for (let t = frame; t < frame + patch.t; t++) {
    for (let y = row; y < row + patch.h; y++) {
      const start = ((t * height + y) * width + column) * 3;
      for (let place = start; place < start + patch.w * 3; place++) yield place;
    }
  }
}

/** Cuts views of a clip into those of its frames. */
function framesOf(views: Record<keyof Reconstruction, Uint8Array>, { grid, patch }: TokenLayout): Reconstruction[] {
  const [height, width] = [grid.h * patch.h, grid.w * patch.w];
  const size = height * width * 3;
  return Array.from({ length: grid.t * patch.t }, (_, frame) => {
    const of = (data: Uint8Array): Picture => ({
      data: data.subarray(frame * size, (frame + 1) * size),
      width,
      height,
    });
    return {
      original: of(views.original),
      masked: of(views.masked),
      teacherSees: of(views.teacherSees),
      reconstructed: of(views.reconstructed),
    };
  });
}
