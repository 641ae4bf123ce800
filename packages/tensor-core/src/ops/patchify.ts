import { InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/** Height and width of a patch in pixels. */
export interface PatchSize {
  /** Rows of pixels in a patch. */
  h: number;
  /** Columns of pixels in a patch. */
  w: number;
}

/**
 * Cuts images into patches, token by token: `[B, H, W, C]` → `[N, B, h·w·C]` with N = H/h · W/w in row-major order. Within a patch
 * pixels run row by row, channel fastest, as in MAE.
 *
 * @throws InputError when the patch does not divide the image
 */
export function patchify(pixels: tf.Tensor4D, patch: PatchSize): tf.Tensor3D {
  const [batch, height, width, channels] = pixels.shape;
  if (height % patch.h || width % patch.w) {
    throw new InputError(
      `patchify: image is ${height}x${width}, not divisible by patch ${patch.h}x${patch.w}; resize it or choose another patch`,
    );
  }
  const [rows, columns] = [height / patch.h, width / patch.w];
  // Two transposes of four and three axes: engines have fast paths for those and none for the single one of five.
  const strips = tf.reshape(pixels, [batch * rows, patch.h, columns, patch.w * channels]);
  const perImage = tf.reshape(tf.transpose(strips, [0, 2, 1, 3]), [
    batch,
    rows * columns,
    patch.h * patch.w * channels,
  ]);
  return tf.transpose(perImage, [1, 0, 2]) as tf.Tensor3D; // [N, B, h·w·C]
}

/**
 * Puts patches back together: the inverse of {@link patchify}, `[N, B, h·w·C]` → `[B, H, W, C]`.
 *
 * @param patches tokens in row-major order
 * @param options the size of a patch, and the grid the tokens came from
 */
export function unpatchify(patches: tf.Tensor3D, { patch, grid }: UnpatchifyOptions): tf.Tensor4D {
  const [tokens, batch, values] = patches.shape;
  const channels = values / (patch.h * patch.w);
  if (tokens !== grid.h * grid.w || !Number.isInteger(channels)) {
    throw new InputError(
      `unpatchify: patches are [${patches.shape}], not ${grid.h}x${grid.w} tokens of ${patch.h}x${patch.w} pixels; pass the grid they came from`,
    );
  }
  const perImage = tf.reshape(tf.transpose(patches, [1, 0, 2]), [batch * grid.h, grid.w, patch.h, patch.w * channels]);
  const strips = tf.transpose(perImage, [0, 2, 1, 3]); // [B·rows, h, columns, w·C]
  return tf.reshape(strips, [batch, grid.h * patch.h, grid.w * patch.w, channels]);
}

/** Options of {@link unpatchify}. */
export interface UnpatchifyOptions {
  /** Size of a patch in pixels. */
  patch: PatchSize;
  /** Rows and columns of patches. */
  grid: {
    /** Rows of patches. */ h: number;
    /** Columns of patches. */ w: number;
  };
}
