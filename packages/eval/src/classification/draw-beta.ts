import type { Rng } from '@masked-distill/base';

/** A draw from the symmetric beta distribution Beta(alpha, alpha): the share of one of two gamma variables in their sum. */
export function drawBeta(alpha: number, rng: Rng): number {
  const [own, other] = [drawGamma(alpha, rng), drawGamma(alpha, rng)];
  return own / (own + other);
}

/** A draw from the gamma distribution of scale 1 (Marsaglia and Tsang 2000, with their boost for shapes below 1). */
function drawGamma(shape: number, rng: Rng): number {
  if (shape < 1) return drawGamma(shape + 1, rng) * (1 - rng.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = rng.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
