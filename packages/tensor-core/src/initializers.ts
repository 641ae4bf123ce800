import type { Rng } from '@masked-distill/base';

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** All `value`. */
export function constant(shape: readonly number[], value: number): Float32Array {
  return new Float32Array(sizeOf(shape)).fill(value);
}

/** Normal with the given standard deviation. */
export function normal(shape: readonly number[], std: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, () => std * rng.normal());
}

/** Normal with mean 0, drawn again until it falls within ±`cut` (in the values' own unit; default 2, as in PyTorch). */
export function truncatedNormal(shape: readonly number[], std: number, rng: Rng, cut = 2): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, () => {
    let value: number;
    do value = std * rng.normal();
    while (Math.abs(value) > cut);
    return value;
  });
}

/**
 * Uniform in ±sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). The first axis counts as outputs and the product of the others as
 * inputs, which is MAE's and VideoMAE's rule for linear layers and for the flattened patch embedding.
 */
export function xavierUniform(shape: readonly number[], rng: Rng): Float32Array {
  const size = sizeOf(shape);
  const fanOut = shape[0]!;
  const limit = Math.sqrt(6 / (fanOut + size / fanOut));
  return Float32Array.from({ length: size }, () => limit * (2 * rng.uniform() - 1));
}
