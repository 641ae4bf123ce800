// Reverse-mode differentiation of matrices in float64, loop by loop: what a training run is measured against. It shares nothing with the
// code under test.

/** A matrix, and what of the loss depends on it. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
  /** Derivative of the loss, once `backward` has run. */
  readonly gradient: Float64Array;
}

/** Records what is computed, so that it can be gone through backwards. */
export class Tape {
  readonly #steps: (() => void)[] = [];

  /** Goes back from a loss, a 1 x 1 matrix. */
  backward(loss: Matrix, seed = 1): void {
    loss.gradient[0]! += seed;
    for (const step of this.#steps.reverse()) step();
    this.#steps.length = 0;
  }

  /** A product with the transpose of a weight, `[R, K] · [O, K]ᵀ`, and a bias `[1, O]`. */
  linear(x: Matrix, weight: Matrix, bias: Matrix): Matrix {
    const [inputs, outputs] = [x.columns, weight.rows];
    const result = matrix(x.rows, outputs, (r, o) => {
      let sum = bias.values[o]!;
      for (let k = 0; k < inputs; k++) sum += x.values[r * inputs + k]! * weight.values[o * inputs + k]!;
      return sum;
    });
    this.#steps.push(() => {
      result.gradient.forEach((g, i) => {
        const [r, o] = [Math.floor(i / outputs), i % outputs];
        bias.gradient[o]! += g;
        for (let k = 0; k < inputs; k++) {
          x.gradient[r * inputs + k]! += g * weight.values[o * inputs + k]!;
          weight.gradient[o * inputs + k]! += g * x.values[r * inputs + k]!;
        }
      });
    });
    return result;
  }

  /** `a + factor · b`, of one shape. */
  add(a: Matrix, b: Matrix, factor = 1): Matrix {
    const result = matrix(a.rows, a.columns, (r, c) => {
      const i = r * a.columns + c;
      return a.values[i]! + factor * b.values[i]!;
    });
    this.#steps.push(() => {
      result.gradient.forEach((g, i) => {
        a.gradient[i]! += g;
        b.gradient[i]! += factor * g;
      });
    });
    return result;
  }

  /** Element by element with numbers that are no variables. */
  scale(x: Matrix, factors: ArrayLike<number>): Matrix {
    const result = matrix(x.rows, x.columns, (r, c) => x.values[r * x.columns + c]! * factors[r * x.columns + c]!);
    this.#steps.push(() => {
      for (let i = 0; i < x.gradient.length; i++) x.gradient[i]! += result.gradient[i]! * factors[i]!;
    });
    return result;
  }

  /** One below the other. */
  stack(parts: readonly Matrix[]): Matrix {
    const { columns } = parts[0]!;
    const values = parts.flatMap((part) => [...part.values]);
    const result = matrix(values.length / columns, columns, (r, c) => values[r * columns + c]!);
    this.#steps.push(() => {
      let at = 0;
      for (const { gradient } of parts) {
        for (let i = 0; i < gradient.length; i++) gradient[i]! += result.gradient[at++]!;
      }
    });
    return result;
  }

  /** The mean of the rows from `first` on, `[1, C]`. */
  meanRows(x: Matrix, first: number): Matrix {
    const { rows, columns } = x;
    const result = matrix(1, columns, (_, c) => {
      let sum = 0;
      for (let r = first; r < rows; r++) sum += x.values[r * columns + c]!;
      return sum / (rows - first);
    });
    this.#steps.push(() => {
      for (let r = first; r < rows; r++) {
        for (let c = 0; c < columns; c++) x.gradient[r * columns + c]! += result.gradient[c]! / (rows - first);
      }
    });
    return result;
  }

  /** Each row to mean 0 and deviation 1, times a gain, plus an offset. */
  layerNorm(x: Matrix, gain: Matrix, offset: Matrix): Matrix {
    const n = x.columns;
    const row = (of: Float64Array, r: number) => of.subarray(r * n, (r + 1) * n);
    const normal = Float64Array.from({ length: x.values.length });
    const deviations: number[] = [];
    for (let r = 0; r < x.rows; r++) {
      const own = row(x.values, r);
      const mean = own.reduce((a, b) => a + b) / n;
      const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n + 1e-6);
      deviations.push(deviation);
      row(normal, r).set(own.map((value) => (value - mean) / deviation));
    }
    const result = matrix(x.rows, n, (r, c) => normal[r * n + c]! * gain.values[c]! + offset.values[c]!);
    this.#steps.push(() => {
      for (let r = 0; r < x.rows; r++) {
        const [above, normed] = [row(result.gradient, r), row(normal, r)];
        const inner = above.map((g, c) => g * gain.values[c]!);
        const mean = inner.reduce((a, b) => a + b) / n;
        const along = inner.reduce((sum, g, c) => sum + g * normed[c]!, 0) / n;
        for (let c = 0; c < n; c++) {
          gain.gradient[c]! += above[c]! * normed[c]!;
          offset.gradient[c]! += above[c]!;
          x.gradient[r * n + c]! += (inner[c]! - mean - normed[c]! * along) / deviations[r]!;
        }
      }
    });
    return result;
  }

  /** x · Φ(x), Φ being the normal distribution. */
  gelu(x: Matrix): Matrix {
    const result = matrix(x.rows, x.columns, (r, c) => {
      const value = x.values[r * x.columns + c]!;
      return value * normalCdf(value);
    });
    this.#steps.push(() => {
      result.gradient.forEach((g, i) => {
        const value = x.values[i]!;
        const density = Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI);
        x.gradient[i]! += g * (normalCdf(value) + value * density);
      });
    });
    return result;
  }

  /** Attention of queries, keys and values side by side, `[N, 3·D]` → `[N, D]`. */
  attention(qkv: Matrix, heads: number): Matrix {
    const n = qkv.rows;
    const width = qkv.columns / 3;
    const size = width / heads;
    const at = (row: number, which: number, head: number, k: number) =>
      row * 3 * width + which * width + head * size + k;
    const shares: Float64Array[] = [];
    const values = new Float64Array(n * width);
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < n; i++) {
        const scores = Float64Array.from({ length: n }, (_, j) => {
          let sum = 0;
          for (let k = 0; k < size; k++) sum += qkv.values[at(i, 0, head, k)]! * qkv.values[at(j, 1, head, k)]!;
          return Math.exp(sum / Math.sqrt(size));
        });
        const total = scores.reduce((a, b) => a + b);
        const own = scores.map((score) => score / total);
        shares.push(own);
        for (let j = 0; j < n; j++) {
          for (let k = 0; k < size; k++)
            values[i * width + head * size + k]! += own[j]! * qkv.values[at(j, 2, head, k)]!;
        }
      }
    }
    const result = matrix(n, width, (r, c) => values[r * width + c]!);
    this.#steps.push(() => {
      for (let head = 0; head < heads; head++) {
        for (let i = 0; i < n; i++) {
          const own = shares[head * n + i]!;
          const above = result.gradient.subarray(i * width + head * size, i * width + (head + 1) * size);
          const ofShare = own.map((_, j) => above.reduce((sum, g, k) => sum + g * qkv.values[at(j, 2, head, k)]!, 0));
          const mean = ofShare.reduce((sum, g, j) => sum + g * own[j]!, 0);
          for (let j = 0; j < n; j++) {
            const ofScore = (own[j]! * (ofShare[j]! - mean)) / Math.sqrt(size);
            for (let k = 0; k < size; k++) {
              qkv.gradient[at(i, 0, head, k)]! += ofScore * qkv.values[at(j, 1, head, k)]!;
              qkv.gradient[at(j, 1, head, k)]! += ofScore * qkv.values[at(i, 0, head, k)]!;
              qkv.gradient[at(j, 2, head, k)]! += own[j]! * above[k]!;
            }
          }
        }
      }
    });
    return result;
  }

  /** −Σ target · log softmax(logits), a 1 x 1 matrix. */
  crossEntropy(logits: Matrix, targets: ArrayLike<number>): Matrix {
    const exponentials = logits.values.map(Math.exp);
    const total = exponentials.reduce((a, b) => a + b);
    const mass = Array.from(targets).reduce((a, b) => a + b);
    const loss = logits.values.reduce((sum, logit, c) => sum - targets[c]! * (logit - Math.log(total)), 0);
    const result = matrix(1, 1, () => loss);
    this.#steps.push(() => {
      for (let c = 0; c < logits.columns; c++) {
        logits.gradient[c]! += result.gradient[0]! * ((mass * exponentials[c]!) / total - targets[c]!);
      }
    });
    return result;
  }
}

/** A matrix of what a function gives, with no gradient yet. */
export function matrix(rows: number, columns: number, value: (row: number, column: number) => number): Matrix {
  const values = Float64Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns));
  return { rows, columns, values, gradient: new Float64Array(rows * columns) };
}

/** Φ by the series whose terms are all positive (Abramowitz and Stegun 26.2.11). */
function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-18; n++) {
    term *= (x * x) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
