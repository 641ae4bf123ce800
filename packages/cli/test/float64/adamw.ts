import type { Parameters } from './classifier.ts';

/** Settings of {@link createReferenceOptimizer}. */
export interface ReferenceOptimizerOptions {
  readonly depth: number;
  readonly layerDecay: number;
  readonly weightDecay: number;
  readonly betas: readonly [number, number];
  readonly clipNorm: number;
}

/** AdamW with clipping and layer-wise rates in float64, as the fine-tuning code of BEiT, MAE and VideoMAE has it. */
export function createReferenceOptimizer(
  parameters: Parameters,
  { depth, layerDecay, weightDecay, betas: [beta1, beta2], clipNorm }: ReferenceOptimizerOptions,
) {
  const moments = new Map(
    [...parameters].map(([name, { values }]) => [
      name,
      [new Float64Array(values.length), new Float64Array(values.length)],
    ]),
  );
  let t = 0;
  /** Takes a step with the gradients that are there, clears them, and gives their norm. */
  return (learningRate: number): number => {
    t++;
    const squares = [...parameters.values()].flatMap(({ gradient }) => [...gradient]).map((g) => g * g);
    const norm = Math.sqrt(squares.reduce((a, b) => a + b));
    const clip = Math.min(1, clipNorm / (norm + 1e-6));
    for (const [name, { rows, values, gradient }] of parameters) {
      const block = /^blocks\.(\d+)\./.exec(name);
      const layer = block ? Number(block[1]) + 1 : /^(patch_embed|cls_token|pos_embed)/.test(name) ? 0 : depth + 1;
      const rate = learningRate * layerDecay ** (depth + 1 - layer);
      const decays = rows > 1 && !/^(cls_token|pos_embed)$/.test(name);
      const [first, second] = moments.get(name)! as [Float64Array, Float64Array];
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]! * clip;
        first[i] = beta1 * first[i]! + (1 - beta1) * g;
        second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
        if (decays) values[i]! *= 1 - rate * weightDecay;
        values[i]! -= (rate * (first[i]! / (1 - beta1 ** t))) / (Math.sqrt(second[i]! / (1 - beta2 ** t)) + 1e-8);
      }
      gradient.fill(0);
    }
    return norm;
  };
}
