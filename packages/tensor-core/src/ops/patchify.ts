import { InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/** Extent of a patch of an image, or of a cube of a clip, in pixels. */
export interface PatchSize {
  /** Frames in a cube. Default 1. */
  t?: number;
  /** Rows of pixels in a patch. */
  h: number;
  /** Columns of pixels in a patch. */
  w: number;
}

/** How many patches an input has along each axis. */
export interface PatchGrid {
  /** Cubes along time. Default 1. */
  t?: number;
  /** Rows of patches. */
  h: number;
  /** Columns of patches. */
  w: number;
}

/** Options of {@link unpatchify}. */
export interface UnpatchifyOptions {
  /** Size of a patch in pixels. */
  patch: PatchSize;
  /** Rows and columns of patches, and cubes along time. */
  grid: PatchGrid;
}

/**
 * Cuts images into patches and clips into cubes, token by token: `[B, H, W, C]` or `[B, T, H, W, C]` → `[N, B, t·h·w·C]`, the N tokens in
 * the order of time, row and column. Within a token pixels run frame by frame and row by row, channel fastest, as in MAE and VideoMAE.
 *
 * @throws InputError when the patch does not divide the input
 */
export function patchify(pixels: tf.Tensor4D | tf.Tensor5D, { t = 1, h, w }: PatchSize): tf.Tensor3D {
  const isClip = pixels.rank === 5;
  const [frames, height, width, channels] = (isClip ? pixels.shape.slice(1) : [1, ...pixels.shape.slice(1)]) as Extent;
  if (frames % t || height % h || width % w) {
    const [input, patch] = isClip
      ? [`clip is ${frames}x${height}x${width}`, `${t}x${h}x${w}`]
      : [`image is ${height}x${width}`, `${h}x${w}`];
    throw new InputError(`patchify: ${input}, not divisible by patch ${patch}; resize it or choose another patch`);
  }
  const batch = pixels.shape[0];
  const [slots, rows, columns] = [frames / t, height / h, width / w];
  // Transposes of four and three axes: engines have fast paths for those and none for a single one of five or seven.
  const strips = tf.reshape(pixels, [batch * frames * rows, h, columns, w * channels]);
  const patches = tf.transpose(strips, [0, 2, 1, 3]); // [B·T·rows, columns, h, w·C]
  const cubes = swapMiddle(patches, [batch * slots, t, rows * columns, h * w * channels]); // [B·slots, rows·columns, t, h·w·C]
  const perInput = tf.reshape(cubes, [batch, slots * rows * columns, t * h * w * channels]);
  return tf.transpose(perInput, [1, 0, 2]) as tf.Tensor3D; // [N, B, t·h·w·C]
}

/**
 * Puts the patches of images back together: the inverse of {@link patchify}, `[N, B, h·w·C]` → `[B, H, W, C]`.
 *
 * @param patches tokens in row-major order
 * @param options the size of a patch, and the grid the tokens came from
 * @throws InputError when the patches are not of that size and grid, or the patch or the grid has more than one frame
 */
export function unpatchify(patches: tf.Tensor3D, { patch, grid }: UnpatchifyOptions): tf.Tensor4D {
  const clips = unpatchifyClips(patches, { patch, grid });
  const [batch, frames, height, width, channels] = clips.shape;
  if (frames !== 1) {
    throw new InputError(`unpatchify: patches are of clips of ${frames} frames, not of images; use unpatchifyClips`);
  }
  return tf.reshape(clips, [batch, height, width, channels]);
}

/**
 * Puts the cubes of clips back together: the inverse of {@link patchify}, `[N, B, t·h·w·C]` → `[B, T, H, W, C]`.
 *
 * @param cubes tokens in the order of time, row and column
 * @param options the size of a cube, and the grid the tokens came from
 * @throws InputError when the cubes are not of that size and grid
 */
export function unpatchifyClips(cubes: tf.Tensor3D, { patch, grid }: UnpatchifyOptions): tf.Tensor5D {
  const [tokens, batch, values] = cubes.shape;
  const { t = 1, h, w } = patch;
  const { t: slots = 1, h: rows, w: columns } = grid;
  const channels = values / (t * h * w);
  if (tokens !== slots * rows * columns || !Number.isInteger(channels)) {
    const along = (time: number, others: number[]) => (t * slots > 1 ? [time, ...others] : others).join('x');
    throw new InputError(
      `unpatchify: patches are [${cubes.shape}], not ${along(slots, [rows, columns])} tokens of ${along(t, [h, w])} pixels; pass the grid they came from`,
    );
  }
  const perInput = tf.transpose(cubes, [1, 0, 2]); // [B, N, t·h·w·C]
  const patches = swapMiddle(perInput, [batch * slots, rows * columns, t, h * w * channels]); // [B·slots, t, rows·columns, h·w·C]
  const strips = tf.transpose(tf.reshape(patches, [-1, columns, h, w * channels]), [0, 2, 1, 3]); // [B·T·rows, h, columns, w·C]
  return tf.reshape(strips, [batch, slots * t, rows * h, columns * w, channels]);
}

type Extent = [frames: number, height: number, width: number, channels: number];

/** `x` in this shape, its two middle axes exchanged; nothing moves where one of them is 1, as for images. */
function swapMiddle(x: tf.Tensor, shape: [number, number, number, number]): tf.Tensor {
  const [outer, first, second, inner] = shape;
  if (first === 1 || second === 1) return tf.reshape(x, [outer, second, first, inner]);
  return tf.transpose(tf.reshape(x, shape), [0, 2, 1, 3]);
}
