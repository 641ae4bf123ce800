/** Mean and deviation of each dimension. */
export interface FeatureStatistics {
  /** `[width]` */
  mean: Float64Array;
  /** `[width]`; a dimension that never changes has 0 here. */
  deviation: Float64Array;
}

/** Added to the variance, as PyTorch's batch norm does. */
const EPSILON = 1e-5;

/**
 * Mean and (biased) deviation of each column.
 *
 * @param features `[samples, width]`
 * @param width columns
 */
export function featureStatistics(features: Float32Array, width: number): FeatureStatistics {
  const rows = features.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < features.length; i++) mean[i % width]! += features[i]! / rows;
  const variance = new Float64Array(width);
  for (let i = 0; i < features.length; i++) variance[i % width]! += (features[i]! - mean[i % width]!) ** 2 / rows;
  return { mean, deviation: variance.map(Math.sqrt) };
}

/**
 * Batch norm without affine parameters, as MAE puts it before its linear probe: every column with mean 0 and deviation 1 by the
 * statistics given, and a column of ones at the end, which carries the bias.
 *
 * @returns `[samples, width + 1]`
 */
export function standardize(features: Float32Array, { mean, deviation }: FeatureStatistics): Float32Array {
  const width = mean.length;
  const rows = features.length / width;
  const scale = deviation.map((value) => 1 / Math.sqrt(value ** 2 + EPSILON));
  const result = new Float32Array(rows * (width + 1));
  for (let row = 0; row < rows; row++) {
    const to = row * (width + 1);
    for (let i = 0; i < width; i++) result[to + i] = (features[row * width + i]! - mean[i]!) * scale[i]!;
    result[to + width] = 1;
  }
  return result;
}
