// Floating-point operations of the matrix products, two for each multiplication and addition; what else is computed is little beside them.

/** A training step over its forward pass: the backward pass computes twice as many products. */
export const STEP_OVER_FORWARD = 3;

/** Operations of a stack of transformer blocks on `tokens` tokens. */
export function blocksFlops(tokens: number, size: { width: number; depth: number; mlpRatio?: number }): number {
  const { width, depth, mlpRatio = 4 } = size;
  const products = 2 * tokens * width * (4 + 2 * mlpRatio) * width;
  const attention = 4 * tokens * tokens * width;
  return depth * (products + attention);
}

/** Operations of a linear map on `rows` rows. */
export function linearFlops(rows: number, from: number, to: number): number {
  return 2 * rows * from * to;
}
