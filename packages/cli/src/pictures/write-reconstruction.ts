import { writeFileAtomic } from '@masked-distill/base/files';
import { encodeAnimation, encodePng } from '@masked-distill/image-data';
import { type Reconstruction, reconstructFrames, type TokenAutoencoder } from '@masked-distill/mae';
import type { AsymmetricMask } from '@masked-distill/masking';
import * as tf from '@tensorflow/tfjs-core';
import type { Autoencoder } from '../tasks/autoencoder.ts';
import { renderClipSheet } from './clip-sheet.ts';
import { renderReconstructions } from './reconstruction-grid.ts';
import { type PictureView, reconstructionViews } from './views.ts';

/** What {@link writeReconstruction} shows, and where. */
export interface WriteReconstructionOptions {
  /** The model that reconstructs. */
  readonly model: Autoencoder;
  /** Normalised pixels. */
  readonly pixels: Float32Array;
  /** `[B, H, W, 3]` of images, `[B, T, H, W, 3]` of clips. */
  readonly shape: readonly number[];
  /** A mask for each image or clip. */
  readonly masks: readonly AsymmetricMask[];
  /** How the pixels were normalised. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** The files to write: `.png` of images; of clips a `.png` contact sheet, and animations as `.webp` or `.gif`. */
  readonly paths: readonly string[];
  /** The pictures of an image. Default: original, masked, reconstructed. */
  readonly views?: readonly PictureView[];
  /** Images side by side, with all their pictures, also in an animation; default 1 for up to four, else 2. */
  readonly columns?: number;
}

/** Frames that go through the model at a time, so that memory does not grow with the picture; a clip is never cut. */
const CHUNK = 8;

/**
 * Writes pictures of what a model makes of images or clips.
 *
 * @throws MaskedDistillError when a file can't be written
 */
export async function writeReconstruction(options: WriteReconstructionOptions): Promise<void> {
  const { paths, shape, views = reconstructionViews, columns } = options;
  const inputs = await reconstructAll(options);
  const isClip = shape.length === 5;
  const atFrame = (frame: number) =>
    renderReconstructions(
      inputs.map((clip) => clip[frame]!),
      { views, columns },
    );
  for (const path of paths) {
    if (path.toLowerCase().endsWith('.png')) {
      await writeFileAtomic(path, await encodePng(isClip ? renderClipSheet(inputs, { views }) : atFrame(0)));
      continue;
    }
    const format = path.toLowerCase().endsWith('.gif') ? 'gif' : 'webp';
    await writeFileAtomic(path, await encodeAnimation([...inputs[0]!.keys()].map(atFrame), { format }));
  }
}

/** What the model makes of each image or clip, frame by frame. */
async function reconstructAll(options: WriteReconstructionOptions): Promise<Reconstruction[][]> {
  const { masks, pixels, normalization } = options;
  const inputShape = options.shape.slice(1);
  const size = inputShape.reduce((product, extent) => product * extent, 1);
  const chunk = inputShape.length === 4 ? Math.max(1, Math.floor(CHUNK / inputShape[0]!)) : CHUNK;
  // Of images or of clips, as the model takes them.
  const model = options.model as TokenAutoencoder<tf.Tensor4D | tf.Tensor5D>;
  const all: Reconstruction[][] = [];
  for (let start = 0; start < masks.length; start += chunk) {
    const some = masks.slice(start, start + chunk);
    const own = pixels.subarray(start * size, (start + some.length) * size);
    const tensor: tf.Tensor = tf.tensor(own, [some.length, ...inputShape]);
    try {
      all.push(...(await reconstructFrames(model, tensor as tf.Tensor5D, { masks: some, ...normalization })));
    } finally {
      tensor.dispose();
    }
  }
  return all;
}
