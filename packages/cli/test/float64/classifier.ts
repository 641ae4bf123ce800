import { type Matrix, matrix, Tape } from './matrix.ts';

/** Parameters by their name in a checkpoint: rows by all further axes; vectors are one row. */
export type Parameters = ReadonlyMap<string, Matrix>;

/** What the reference needs to know of a classifier. */
export interface ReferenceSizes {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  /** Frames, rows and columns of a patch or cube. */
  readonly patch: readonly [number, number, number];
}

/** One batch of training, as the task hands it to the step. */
export interface ReferenceBatch {
  /** `[B, T, H, W, 3]` */
  readonly pixels: ArrayLike<number>;
  readonly shape: readonly [number, number, number, number, number];
  /** `[B, C]` */
  readonly targets: ArrayLike<number>;
  /** `[2·depth, B]` */
  readonly dropPath: ArrayLike<number>;
  /** `[B, D]` */
  readonly headDropout: ArrayLike<number>;
}

/** Adds the gradients of a batch's mean loss to the parameters, and gives the loss. */
export function trainingLoss(parameters: Parameters, batch: ReferenceBatch, sizes: ReferenceSizes): number {
  const samples = batch.shape[0];
  let total = 0;
  for (let sample = 0; sample < samples; sample++) {
    const tape = new Tape();
    const loss = sampleLoss(tape, parameters, { batch, sample, sizes });
    tape.backward(loss, 1 / samples);
    total += loss.values[0]!;
  }
  return total / samples;
}

function sampleLoss(
  tape: Tape,
  parameters: Parameters,
  { batch, sample, sizes }: { batch: ReferenceBatch; sample: number; sizes: ReferenceSizes },
): Matrix {
  const { width, depth, heads } = sizes;
  const samples = batch.shape[0];
  const get = (name: string) => parameters.get(name)!;
  const linear = (x: Matrix, name: string) => tape.linear(x, get(`${name}.weight`), get(`${name}.bias`));
  const norm = (x: Matrix, name: string) => tape.layerNorm(x, get(`${name}.weight`), get(`${name}.bias`));

  const patches = tape.linear(
    patchesOf(batch, { sample, sizes }),
    get('patch_embed.proj.weight'),
    get('patch_embed.proj.bias'),
  );
  const classToken = parameters.get('cls_token');
  const tokens = classToken ? tape.stack([classToken, patches]) : patches;
  let x = tape.add(tokens, parameters.get('pos_embed') ?? sinusoid(tokens.rows, width));
  for (let i = 0; i < depth; i++) {
    const name = `blocks.${i}`;
    const kept = (branch: number) => batch.dropPath[(2 * i + branch) * samples + sample]!;
    const qkv = tape.linear(
      norm(x, `${name}.norm1`),
      get(`${name}.attn.qkv.weight`),
      biasOf(tape, parameters, name, width),
    );
    x = tape.add(x, linear(tape.attention(qkv, heads), `${name}.attn.proj`), kept(0));
    const hidden = tape.gelu(linear(norm(x, `${name}.norm2`), `${name}.mlp.fc1`));
    x = tape.add(x, linear(hidden, `${name}.mlp.fc2`), kept(1));
  }
  const features = norm(tape.meanRows(x, classToken ? 1 : 0), 'fc_norm');
  const factors = Array.from({ length: width }, (_, c) => batch.headDropout[sample * width + c]!);
  const logits = linear(tape.scale(features, factors), 'head');
  const { columns: classes } = logits;
  const targets = Array.from({ length: classes }, (_, c) => batch.targets[sample * classes + c]!);
  return tape.crossEntropy(logits, targets);
}

/** MAE's one bias, or VideoMAE's of queries and values with zeros between them. */
function biasOf(tape: Tape, parameters: Parameters, block: string, width: number): Matrix {
  const whole = parameters.get(`${block}.attn.qkv.bias`);
  if (whole) return whole;
  const [q, v] = ['q_bias', 'v_bias'].map((name) => parameters.get(`${block}.attn.${name}`)!);
  const stacked = tape.stack([q!, matrix(1, width, () => 0), v!]); // [3, D], in memory as [1, 3·D]
  return { ...stacked, rows: 1, columns: 3 * width };
}

/** Patches or cubes as rows, in the order of the weight's axes: channel, frame, row, column. */
function patchesOf(
  { pixels, shape }: ReferenceBatch,
  { sample, sizes }: { sample: number; sizes: ReferenceSizes },
): Matrix {
  const [, frames, height, width, channels] = shape;
  const [t, h, w] = sizes.patch;
  const [across, down] = [width / w, height / h];
  return matrix((frames / t) * down * across, channels * t * h * w, (token, i) => {
    const [frame, row, column] = [
      Math.floor(token / (down * across)),
      Math.floor(token / across) % down,
      token % across,
    ];
    const channel = Math.floor(i / (t * h * w));
    const [z, y, x] = [Math.floor(i / (h * w)) % t, Math.floor(i / w) % h, i % w];
    const pixel = ((sample * frames + frame * t + z) * height + row * h + y) * width + column * w + x;
    return pixels[pixel * channels + channel]!;
  });
}

/** VideoMAE's fixed table. */
function sinusoid(tokens: number, width: number): Matrix {
  return matrix(tokens, width, (position, j) => {
    const angle = position / 10000 ** ((2 * Math.floor(j / 2)) / width);
    return j % 2 ? Math.cos(angle) : Math.sin(angle);
  });
}
