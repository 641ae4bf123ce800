// The ops once more, in float64 and in the plainest way: what the tensor versions are measured against.

/** Tensors of a reference function, row-major. */
export type Numbers = Float64Array;

/** Fills an array of `size` numbers from its index. */
export const build = (size: number, value: (i: number) => number): Numbers =>
  Float64Array.from({ length: size }, (_, i) => value(i));

/** Σ value(0 … count − 1) */
export const sum = (count: number, value: (i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < count; i++) total += value(i);
  return total;
};

/** The error function: its Taylor series near 0, the continued fraction of its complement beyond. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 2.5) {
    let [term, total] = [size, size];
    for (let n = 1; Math.abs(term) > 1e-18 * total; n++) {
      term *= (-size * size) / n;
      total += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * total) / Math.sqrt(Math.PI);
  }
  let fraction = size;
  for (let n = 60; n > 0; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / fraction);
}

/** `x [R, in] · weightᵀ [out, in] + bias` */
export function linear(x: Numbers, weight: Numbers, bias: Numbers | undefined, inputs: number): Numbers {
  const outputs = weight.length / inputs;
  return build((x.length / inputs) * outputs, (i) => {
    const [row, output] = [Math.floor(i / outputs), i % outputs];
    return sum(inputs, (k) => x[row * inputs + k]! * weight[output * inputs + k]!) + (bias?.[output] ?? 0);
  });
}

/** Rows `[R, D]` with mean 0 and biased variance 1, times `weight`, plus `bias`. */
export function layerNorm(x: Numbers, weight: Numbers, bias: Numbers, epsilon: number): Numbers {
  const width = weight.length;
  return build(x.length, (i) => {
    const row = x.subarray(i - (i % width), i - (i % width) + width);
    const mean = sum(width, (k) => row[k]!) / width;
    const variance = sum(width, (k) => (row[k]! - mean) ** 2) / width;
    return ((x[i]! - mean) / Math.sqrt(variance + epsilon)) * weight[i % width]! + bias[i % width]!;
  });
}

/** x·Φ(x) */
export const gelu = (x: Numbers): Numbers => x.map((value) => (value / 2) * (1 + erf(value / Math.SQRT2)));

/** `[B·H, N, d]` queries on `[B·H, M, d]` keys and values. */
export function attention(
  [q, k, v]: readonly [Numbers, Numbers, Numbers],
  { maps, n, m, d }: { maps: number; n: number; m: number; d: number },
): Numbers {
  const mixed = new Float64Array(maps * n * d);
  for (let query = 0; query < maps * n; query++) {
    const first = Math.floor(query / n) * m;
    const scores = build(m, (j) => sum(d, (c) => q[query * d + c]! * k[(first + j) * d + c]!) / Math.sqrt(d));
    const weights = scores.map((score) => Math.exp(score - Math.max(...scores)));
    const total = sum(m, (j) => weights[j]!);
    for (let c = 0; c < d; c++) {
      mixed[query * d + c] = sum(m, (j) => (weights[j]! / total) * v[(first + j) * d + c]!);
    }
  }
  return mixed;
}

/** Rows of `x [R, width]`. */
export function takeRows(x: Numbers, rows: readonly number[], width: number): Numbers {
  return build(rows.length * width, (i) => x[rows[Math.floor(i / width)]! * width + (i % width)]!);
}

/** Where each number of `[N, B, h·w·C]` patches stands in the `[B, H, W, C]` image. */
export function patchSources(
  [batch, height, width, channels]: readonly [number, number, number, number],
  patch: { h: number; w: number },
): number[] {
  const sources: number[] = [];
  for (let top = 0; top < height; top += patch.h)
    for (let left = 0; left < width; left += patch.w)
      for (let b = 0; b < batch; b++)
        for (let y = top; y < top + patch.h; y++)
          for (let x = left; x < left + patch.w; x++)
            for (let c = 0; c < channels; c++) sources.push(((b * height + y) * width + x) * channels + c);
  return sources;
}

/** −Σ target·log softmax(logit), averaged over the rows `[B, C]`. */
export function softmaxCrossEntropy(logits: Numbers, targets: Numbers, classes: number): number {
  const rows = logits.length / classes;
  return -sum(rows, (row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const logTotal = Math.log(sum(classes, (c) => Math.exp(own[c]!)));
    return sum(classes, (c) => targets[row * classes + c]! * (own[c]! - logTotal)) / rows;
  });
}
