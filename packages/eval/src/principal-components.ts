import { createRng, InputError } from '@masked-distill/base';

/** Options of {@link principalComponents}. */
export interface PrincipalComponentsOptions {
  /** Columns of the rows, D. */
  width: number;
  /** How many components, K. Default 3. */
  components?: number;
}

/** What {@link principalComponents} finds. */
export interface PrincipalComponents {
  /** `[n, K]`: each row's place along each component, the first of the largest variance. */
  scores: Float32Array;
  /** `[K, D]`: orthogonal directions of length 1, their largest entry positive. */
  directions: Float64Array;
  /** `[K]`: share of the whole variance. */
  explained: Float64Array;
}

/** More directions are followed than are wanted: the wanted ones then settle sooner. */
const SPARE = 5;
const MAX_ITERATIONS = 300;
/** Directions that turn by less than this have settled. */
const SETTLED = 1e-10;

/**
 * The directions in which rows of features differ most, in float64, by subspace iteration on the covariance.
 *
 * @param rows `[n, D]`, row-major
 * @throws InputError when there is no row, or there are fewer columns than components
 */
export function principalComponents(
  rows: Float32Array,
  { width, components = 3 }: PrincipalComponentsOptions,
): PrincipalComponents {
  const count = rows.length / width;
  if (!Number.isInteger(count) || count < 1) {
    throw new InputError(`principalComponents: ${rows.length} numbers do not make rows of width ${width}`);
  }
  if (!(components >= 1 && components <= width)) {
    throw new InputError(`principalComponents: ${components} components of ${width} columns; ask for 1 to ${width}`);
  }
  const mean = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count;
  const covariance = covarianceOf(rows, mean);
  const trace = mean.reduce((sum, _, i) => sum + covariance[i * (width + 1)]!, 0);

  const rng = createRng(0, 'principal components');
  let basis = orthonormal(
    Array.from({ length: Math.min(width, components + SPARE) }, () => Float64Array.from(mean, () => rng.normal())),
  );
  let lengths: number[] = [];
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const moved = basis.map((direction) => times(covariance, direction));
    lengths = moved.map((direction) => Math.hypot(...direction));
    const next = orthonormal(moved);
    const turned = next.slice(0, components).map((direction, i) => 1 - Math.abs(dot(direction, basis[i]!)));
    basis = next;
    if (Math.max(...turned) < SETTLED) break;
  }
  const chosen = basis.slice(0, components).map(pointedUp);
  const scores = new Float32Array(count * components);
  for (let row = 0; row < count; row++) {
    for (const [k, direction] of chosen.entries()) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (rows[row * width + i]! - mean[i]!) * direction[i]!;
      scores[row * components + k] = sum;
    }
  }
  return {
    scores,
    directions: Float64Array.from(chosen.flatMap((direction) => [...direction])),
    explained: Float64Array.from(chosen, (_, k) => (trace > 0 ? lengths[k]! / trace : 0)),
  };
}

/** Mean of the products of the columns' deviations, `[D, D]`. */
function covarianceOf(rows: Float32Array, mean: Float64Array): Float64Array {
  const width = mean.length;
  const count = rows.length / width;
  const sums = new Float64Array(width * width);
  const own = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) own[i] = rows[row * width + i]! - mean[i]!;
    for (let i = 0; i < width; i++) {
      const left = own[i]! / count;
      const to = i * width;
      for (let j = 0; j <= i; j++) sums[to + j]! += left * own[j]!;
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) sums[j * width + i] = sums[i * width + j]!;
  return sums;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const width = vector.length;
  return vector.map((_, i) => dot(matrix.subarray(i * width, (i + 1) * width), vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Gram and Schmidt's, twice over for the rounding; a direction that vanishes stays 0. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const own = vector.slice();
    for (const other of [...done, ...done]) {
      const share = dot(own, other);
      for (let i = 0; i < own.length; i++) own[i]! -= share * other[i]!;
    }
    const length = Math.sqrt(dot(own, own));
    done.push(length > 1e-12 * Math.sqrt(dot(vector, vector)) ? own.map((value) => value / length) : own.fill(0));
  }
  return done;
}

function pointedUp(direction: Float64Array): Float64Array {
  const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return largest < 0 ? direction.map((value) => -value) : direction;
}
