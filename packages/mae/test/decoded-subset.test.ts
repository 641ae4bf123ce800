import type { AsymmetricMask } from '@masked-distill/masking';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import { sinusoid1d } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { encode, type Rows } from '../../vit/test/support/float64-vit.ts';
import { perturb } from '../../vit/test/support/random-model.ts';
import { classless, createTask, createVideoTask, nano, nanoVideo } from './support/nano-model.ts';

const onEachEngine = engineTests(useEngine);

/** What a decoder is, for the float64 reference. */
interface ReferenceDecoder {
  heads: number;
  depth: number;
  /** Positions of prefix and tokens, a row each. */
  table: Rows;
  embed: { weight: Float32Array; bias?: Float32Array };
  head: { weight: Float32Array; bias: Float32Array };
  maskToken: Float32Array;
  /** `blocks.…` and `norm.…` */
  parameters: Map<string, ArrayLike<number>>;
}

function linear(x: Rows, { weight, bias }: { weight: Float32Array; bias?: Float32Array }): Rows {
  const inputs = x[0]!.length;
  return x.map((row) =>
    Array.from({ length: weight.length / inputs }, (_, output) =>
      row.reduce((total, value, k) => total + value * weight[output * inputs + k]!, bias?.[output] ?? 0),
    ),
  );
}

/** Decodes nothing but the tokens it is given, those of the encoder first and the hidden ones behind; predictions of the latter. */
function predictAlone(
  latent: Rows,
  { decoder, seen, hidden }: { decoder: ReferenceDecoder; seen: readonly number[]; hidden: readonly number[] },
): Rows {
  const tokens = [...linear(latent, decoder.embed), ...hidden.map(() => [...decoder.maskToken])];
  const rows = [...seen, ...hidden];
  const placed = tokens.map((token, i) => token.map((value, k) => value + decoder.table[rows[i]!]![k]!));
  const outputs = encode(placed, decoder.parameters, { ...decoder, patch: { h: 1, w: 1 } });
  return linear(outputs.at(-1)!.slice(seen.length), decoder.head);
}

const toRows = (values: ArrayLike<number>, width: number): Rows =>
  Array.from({ length: values.length / width }, (_, i) => Array.from(values).slice(i * width, (i + 1) * width));

const below = (parameters: Map<string, Float32Array>, prefix: string) =>
  new Map(
    [...parameters].filter(([name]) => name.startsWith(prefix)).map(([name, v]) => [name.slice(prefix.length), v]),
  );

interface Subject {
  masks: AsymmetricMask[];
  latent: tf.Tensor3D;
  /** `[decoded·B, P]` */
  targets: tf.Tensor2D;
  loss: tf.Scalar;
  prefixTokens: number;
}

/** Compares with the reference what a model predicts of the decoded tokens, `predicted(sample, place among them)`, and its loss. */
async function compare(
  { masks, latent, targets, loss, prefixTokens }: Subject,
  {
    decoder,
    predicted,
  }: { decoder: ReferenceDecoder; predicted: (sample: number, place: number) => Promise<ArrayLike<number>> },
) {
  const batch = masks.length;
  const targetRows = toRows(await targets.data(), targets.shape[1]);
  const errors: number[] = [];
  for (const [sample, { visible, decoded }] of masks.entries()) {
    const own = toRows(await tf.slice(latent, [0, sample, 0], [-1, 1, -1]).data(), latent.shape[2]);
    const prefix = Array.from({ length: prefixTokens }, (_, i) => i);
    const seen = [...prefix, ...Array.from(visible, (token) => prefixTokens + token)];
    const expected = predictAlone(own, {
      decoder,
      seen,
      hidden: Array.from(decoded!, (token) => prefixTokens + token),
    });
    for (const [place, row] of expected.entries()) {
      const size = Math.max(1, ...row.map(Math.abs));
      expect(maxDifference(await predicted(sample, place), row) / size).toBeLessThan(3e-6);
      errors.push(...row.map((value, k) => (value - targetRows[place * batch + sample]![k]!) ** 2));
    }
  }
  const mean = errors.reduce((a, b) => a + b) / errors.length;
  expect(Math.abs((await loss.data())[0]! - mean)).toBeLessThan(3e-6 * mean);
}

onEachEngine('a decoder that is given some of the masked tokens', () => {
  it.each([
    ['with a class token', nano],
    ['without', classless],
  ])('of images, %s: predicts as if there were no others, and is judged by them alone', async (_, config) => {
    const { model, masks, indices, pixels } = createTask(config, { decoded: 2 });
    const parameters = await perturb(model);
    const own = below(parameters, 'decoder_');
    const decoder: ReferenceDecoder = {
      ...config.decoder,
      table: toRows(own.get('pos_embed')!, config.decoder.width),
      embed: { weight: own.get('embed.weight')!, bias: own.get('embed.bias')! },
      head: { weight: own.get('pred.weight')!, bias: own.get('pred.bias')! },
      maskToken: parameters.get('mask_token')!,
      parameters: own,
    };
    const latent = model.encode(pixels, indices);
    const prediction = model.predict(latent, indices); // [visible + decoded, B, P], ascending
    const subject = {
      ...{ masks, latent, prefixTokens: model.encoder.prefixTokens },
      ...{ targets: model.targets(pixels, indices.masked), loss: model.loss(pixels, indices) },
    };
    await compare(subject, {
      decoder,
      predicted: (sample, place) => {
        const { visible, decoded } = masks[sample]!;
        const row = [...visible, ...decoded!].sort((a, b) => a - b).indexOf(decoded![place]!);
        return tf.slice(prediction, [row, sample, 0], [1, 1, -1]).data();
      },
    });
    model.dispose();
  });

  it('of clips: predicts as if there were no others, and is judged by them alone', async () => {
    const { model, masks, indices, pixels } = createVideoTask(nanoVideo, { decoded: 3 });
    const parameters = await perturb(model);
    const own: Map<string, ArrayLike<number>> = below(parameters, 'decoder.');
    const { width, depth } = nanoVideo.decoder;
    for (let i = 0; i < depth; i++) {
      const bias = (name: string) => parameters.get(`decoder.blocks.${i}.attn.${name}_bias`)!;
      own.set(`blocks.${i}.attn.qkv.bias`, [...bias('q'), ...new Float32Array(width), ...bias('v')]);
    }
    const decoder: ReferenceDecoder = {
      ...nanoVideo.decoder,
      table: toRows(sinusoid1d(12, width), width),
      embed: { weight: parameters.get('encoder_to_decoder.weight')! },
      head: { weight: parameters.get('decoder.head.weight')!, bias: parameters.get('decoder.head.bias')! },
      maskToken: parameters.get('mask_token')!,
      parameters: own,
    };
    const latent = model.encode(pixels, indices);
    const prediction = model.predict(latent, indices); // [decoded, B, P]
    const subject = {
      ...{ masks, latent, prefixTokens: 0 },
      ...{ targets: model.targets(pixels, indices.masked), loss: model.loss(pixels, indices) },
    };
    await compare(subject, {
      decoder,
      predicted: (sample, place) => tf.slice(prediction, [place, sample, 0], [1, 1, -1]).data(),
    });
    model.dispose();
  });
});
