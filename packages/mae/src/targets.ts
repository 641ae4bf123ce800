import * as tf from '@tensorflow/tfjs-core';

/** Mean and deviation of each patch. */
export interface PatchStatistics {
  /** `[R, 1]` */
  mean: tf.Tensor2D;
  /** `[R, 1]` */
  std: tf.Tensor2D;
}

/** Mean and standard deviation of each row of `[R, P]`, `[R, 1]` each, as MAE takes them: unbiased variance, 1e-6 inside the root. */
export function patchStatistics(patches: tf.Tensor2D): PatchStatistics {
  const mean = tf.mean(patches, 1, true) as tf.Tensor2D;
  const squares = tf.sum(tf.square(tf.sub(patches, mean)), 1, true);
  return { mean, std: tf.sqrt(tf.add(tf.div(squares, patches.shape[1] - 1), 1e-6)) as tf.Tensor2D };
}

/** MAE's `norm_pix_loss` targets: each patch of `[R, P]` with its own mean and deviation taken out. */
export function normalizePatches(patches: tf.Tensor2D): tf.Tensor2D {
  const { mean, std } = patchStatistics(patches);
  return tf.div(tf.sub(patches, mean), std);
}

/**
 * VideoMAE's targets: each channel of each cube of `[R, t·h·w·C]` with its own mean and deviation taken out; unbiased variance, 1e-6 outside
 * the root.
 *
 * @param cubes rows of pixels, channel fastest
 * @param channels C
 */
export function normalizeCubes(cubes: tf.Tensor2D, channels: number): tf.Tensor2D {
  const { centred, std } = cubeStatistics(cubes, channels);
  return tf.reshape(tf.div(centred, std), cubes.shape);
}

/**
 * The way back from {@link normalizeCubes}.
 *
 * @param normalized rows such as it gives, `[R, t·h·w·C]`
 * @param options the rows whose means and deviations to give back, and C
 */
export function denormalizeCubes(
  normalized: tf.Tensor2D,
  { cubes, channels }: { cubes: tf.Tensor2D; channels: number },
): tf.Tensor2D {
  const { centred, mean, std } = cubeStatistics(cubes, channels);
  return tf.reshape(tf.add(tf.mul(tf.reshape(normalized, centred.shape), std), mean), cubes.shape);
}

/** Cubes without their means, `[R, t·h·w, C]`, the means and what divides them, `[R, 1, C]` each. */
function cubeStatistics(cubes: tf.Tensor2D, channels: number) {
  const [rows, values] = cubes.shape;
  const pixels = values / channels;
  const perChannel = tf.reshape(cubes, [rows, pixels, channels]);
  const mean = tf.mean(perChannel, 1, true);
  const centred = tf.sub(perChannel, mean);
  const std = tf.add(tf.sqrt(tf.div(tf.sum(tf.square(centred), 1, true), pixels - 1)), 1e-6);
  return { centred, mean, std };
}
