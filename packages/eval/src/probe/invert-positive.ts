/**
 * The inverse of a symmetric positive definite matrix, in float64, by Cholesky's factors.
 *
 * @param matrix `[size, size]`; its lower triangle is read
 * @returns `[size, size]`
 */
export function invertPositive(matrix: Float64Array, size: number): Float64Array {
  const lower = choleskyFactor(matrix, size);
  // Rows of the inverse of the factor, L⁻¹, lower triangular too.
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = inverse.subarray(i * size, (i + 1) * size);
    row[i] = 1;
    for (let k = 0; k < i; k++) {
      const factor = lower[i * size + k]!;
      const above = k * size;
      for (let j = 0; j <= k; j++) row[j]! -= factor * inverse[above + j]!;
    }
    const diagonal = lower[i * size + i]!;
    for (let j = 0; j <= i; j++) row[j]! /= diagonal;
  }
  // A⁻¹ = L⁻ᵀ L⁻¹, summed row by row of L⁻¹.
  const result = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const row = inverse.subarray(k * size, (k + 1) * size);
    for (let i = 0; i <= k; i++) {
      const factor = row[i]!;
      const to = i * size;
      for (let j = 0; j <= k; j++) result[to + j]! += factor * row[j]!;
    }
  }
  return result;
}

/** L of A = L Lᵀ. */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j]!;
    }
  }
  return lower;
}
