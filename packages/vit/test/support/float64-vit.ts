// A vision transformer in float64, sample by sample and loop by loop, written from the papers' equations: what the encoder is
// measured against where no reference numbers are at hand.

/** A matrix as a list of rows. */
export type Rows = number[][];

/** Parameters by their name, row-major, weights [out, in]. */
export type Parameters = ReadonlyMap<string, ArrayLike<number>>;

/** What the reference needs to know of a model. */
export interface ReferenceSizes {
  /** Attention heads. */
  heads: number;
  /** Number of blocks. */
  depth: number;
  /** Rows and columns of a patch. */
  patch: { h: number; w: number };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const add = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((value, j) => value + b[i]![j]!));

/** The error function by Simpson's rule on 2/√π · exp(−t²), 400 intervals: an error below 1e-10 for |x| < 6. */
function erf(x: number): number {
  const n = 400;
  const h = x / n;
  const density = (i: number) => Math.exp(-((i * h) ** 2));
  const inner = sum(Array.from({ length: n - 1 }, (_, i) => (i % 2 ? 2 : 4) * density(i + 1)));
  return (2 / Math.sqrt(Math.PI)) * (h / 3) * (1 + inner + density(n));
}

const gelu = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));

function linear(x: Rows, parameters: Parameters, name: string): Rows {
  const [weight, bias] = [parameters.get(`${name}.weight`)!, parameters.get(`${name}.bias`)!];
  return x.map((row) =>
    Array.from(bias, (offset, output) => offset + sum(row.map((value, k) => value * weight[output * row.length + k]!))),
  );
}

function layerNorm(x: Rows, parameters: Parameters, name: string): Rows {
  const [weight, bias] = [parameters.get(`${name}.weight`)!, parameters.get(`${name}.bias`)!];
  return x.map((row) => {
    const mean = sum(row) / row.length;
    const variance = sum(row.map((value) => (value - mean) ** 2)) / row.length;
    return row.map((value, k) => ((value - mean) / Math.sqrt(variance + 1e-6)) * weight[k]! + bias[k]!);
  });
}

function selfAttention(
  x: Rows,
  { heads, parameters, name }: { heads: number; parameters: Parameters; name: string },
): Rows {
  const width = x[0]!.length;
  const size = width / heads;
  const qkv = linear(x, parameters, `${name}.qkv`);
  const mixed = x.map((_, i) =>
    Array.from({ length: heads }, (_, head) => {
      const part = (row: number[], which: 0 | 1 | 2) =>
        row.slice(which * width + head * size, which * width + (head + 1) * size);
      const scores = qkv.map((other) =>
        Math.exp(sum(part(qkv[i]!, 0).map((value, k) => value * part(other, 1)[k]!)) / Math.sqrt(size)),
      );
      const total = sum(scores);
      return Array.from({ length: size }, (_, k) =>
        sum(qkv.map((other, j) => (scores[j]! / total) * part(other, 2)[k]!)),
      );
    }).flat(),
  );
  return linear(mixed, parameters, `${name}.proj`);
}

/** One image, `[H][W][3]`, to tokens: patch embedding, class token, positions. */
export function embed(image: number[][][], parameters: Parameters, { patch }: ReferenceSizes): Rows {
  const [weight, bias] = [parameters.get('patch_embed.proj.weight')!, parameters.get('patch_embed.proj.bias')!];
  const tokens: Rows = [];
  for (let top = 0; top < image.length; top += patch.h) {
    for (let left = 0; left < image[0]!.length; left += patch.w) {
      tokens.push(
        Array.from(bias, (offset, output) => {
          let value = offset;
          for (let c = 0; c < 3; c++)
            for (let y = 0; y < patch.h; y++)
              for (let x = 0; x < patch.w; x++)
                value += weight[((output * 3 + c) * patch.h + y) * patch.w + x]! * image[top + y]![left + x]![c]!;
          return value;
        }),
      );
    }
  }
  const classToken = parameters.get('cls_token');
  const all = classToken ? [Array.from(classToken), ...tokens] : tokens;
  const positions = parameters.get('pos_embed')!;
  return all.map((token, i) => token.map((value, k) => value + positions[i * token.length + k]!));
}

/** The output of every block, and last that of the final norm. */
export function encode(tokens: Rows, parameters: Parameters, { heads, depth }: ReferenceSizes): Rows[] {
  const outputs: Rows[] = [];
  let x = tokens;
  for (let i = 0; i < depth; i++) {
    const name = `blocks.${i}`;
    x = add(x, selfAttention(layerNorm(x, parameters, `${name}.norm1`), { heads, parameters, name: `${name}.attn` }));
    const hidden = linear(layerNorm(x, parameters, `${name}.norm2`), parameters, `${name}.mlp.fc1`);
    x = add(
      x,
      linear(
        hidden.map((row) => row.map(gelu)),
        parameters,
        `${name}.mlp.fc2`,
      ),
    );
    outputs.push(x);
  }
  return [...outputs, layerNorm(x, parameters, 'norm')];
}
