import { createRng } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import { type QkvBias, sinusoid1d, Transformer, type TransformerSize } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { MaskedAutoencoder, VideoMaskedAutoencoder } from '../src/index.ts';
import { classless, createTask, createVideoTask, nano, nanoVideo } from './support/nano-model.ts';

const onEachEngine = engineTests(useEngine);

/** What a decoder's parts are called, and its kind. */
interface Naming {
  size: TransformerSize;
  qkvBias: QkvBias;
  /** What stands before the names of blocks and norm. */
  prefix: 'decoder_' | 'decoder.';
  embed: string;
  head: string;
}

const naming = {
  images: { size: nano.decoder, qkvBias: 'full', prefix: 'decoder_', embed: 'decoder_embed', head: 'decoder_pred' },
  clips: {
    size: nanoVideo.decoder,
    qkvBias: 'qv',
    prefix: 'decoder.',
    embed: 'encoder_to_decoder',
    head: 'decoder.head',
  },
} as const satisfies Record<string, Naming>;

/** Away from the start, where gains are 1, biases 0 and blocks all but the identity. */
function perturb(model: MaskedAutoencoder | VideoMaskedAutoencoder) {
  for (const [name, variable] of model.trainableVariables()) {
    const rng = createRng(0, 'noise', name);
    const noise = Float32Array.from({ length: variable.size }, () => 0.5 * rng.normal());
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(noise, variable.shape))));
  }
}

interface Tokens {
  /** The encoder's output for one sample, `[prefix + K, D]`. */
  latent: tf.Tensor2D;
  /** Positions of those, and then of the tokens to predict, `[prefix + K + M, Dd]`. */
  positions: tf.Tensor;
}

/** A decoder with the model's weights that is handed one sample's tokens, those to predict behind the others: `[M, P]`. */
function predictAlone(
  variables: ReadonlyMap<string, tf.Variable>,
  { latent, positions, ...parts }: Tokens & Naming,
): tf.Tensor2D {
  const { size, qkvBias, prefix, embed, head } = parts;
  const linear = (x: tf.Tensor2D, name: string) => {
    const product = tf.matMul(x, variables.get(`${name}.weight`) as tf.Variable<tf.Rank.R2>, false, true);
    const bias = variables.get(`${name}.bias`);
    return (bias ? tf.add(product, bias) : product) as tf.Tensor2D;
  };
  const hidden = positions.shape[0]! - latent.shape[0];
  const maskTokens = tf.tile(tf.reshape(variables.get('mask_token')!, [1, size.width]), [hidden, 1]);
  const tokens = tf.add(tf.concat([linear(latent, embed), maskTokens], 0), positions);
  const transformer = new Transformer({ ...size, qkvBias, rng: createRng(0) });
  for (const [name, own] of transformer.namedVariables()) own.assign(variables.get(prefix + name)!);
  const { output } = transformer.forward(tf.reshape(tokens, [-1, 1, size.width]));
  transformer.dispose();
  return linear(tf.reshape(tf.slice(output, [latent.shape[0], 0, 0]), [hidden, size.width]), head);
}

/** Compares a model's loss, and its predictions `[M, P]` of the decoded tokens of a sample, with those of a decoder that sees no others. */
async function compare(
  { model, masks, pixels, indices }: ReturnType<typeof createTask> | ReturnType<typeof createVideoTask>,
  { parts, table, predicted }: { parts: Naming; table: tf.Tensor; predicted: (sample: number) => tf.Tensor },
) {
  const { prefixTokens } = model.encoder;
  const latent = model.encode(pixels as never, indices); // [prefix + K, B, D]
  const { t, h, w } = model.encoder.patch;
  const targets = tf.reshape(model.targets(pixels as never, indices.masked), [-1, masks.length, t * h * w * 3]);
  const errors: number[] = [];
  for (const [sample, { visible, decoded }] of masks.entries()) {
    const own = tf.squeeze(tf.slice(latent, [0, sample, 0], [-1, 1, -1]), [1]) as tf.Tensor2D;
    const prefix = Array.from({ length: prefixTokens }, (_, i) => i);
    const places = [...prefix, ...Array.from([...visible, ...decoded!], (token) => prefixTokens + token)];
    const positions = tf.gather(table, tf.tensor1d(places, 'int32'));
    const expected = predictAlone(model.namedVariables(), { ...parts, latent: own, positions });
    expect(maxDifference(await predicted(sample).data(), await expected.data())).toBeLessThan(5e-6);
    const target = tf.reshape(tf.slice(targets, [0, sample, 0], [-1, 1, -1]), expected.shape);
    errors.push(...(await tf.square(tf.sub(expected, target)).data()));
  }
  const mean = errors.reduce((a, b) => a + b) / errors.length;
  expect(Math.abs((await model.loss(pixels as never, indices).data())[0]! - mean)).toBeLessThan(3e-6 * mean);
}

onEachEngine('a decoder that is given some of the masked tokens', () => {
  it.each([
    ['with a class token', nano],
    ['without', classless],
  ])('of images, %s: predicts as if there were no others, and is judged by them alone', async (_, config) => {
    const task = createTask(config, { decoded: 2 });
    const { model, masks, indices, pixels } = task;
    perturb(model);
    const prediction = model.predict(model.encode(pixels, indices), indices); // [K + M, B, P], ascending
    const predicted = (sample: number) => {
      const { visible, decoded } = masks[sample]!;
      const places = [...visible, ...decoded!].sort((a, b) => a - b);
      const own = tf.squeeze(tf.slice(prediction, [0, sample, 0], [-1, 1, -1]), [1]);
      const rows = Array.from(decoded!, (token) => places.indexOf(token));
      return tf.gather(own, tf.tensor1d(rows, 'int32'));
    };
    const table = tf.squeeze(model.namedVariables().get('decoder_pos_embed')!, [0]);
    await compare(task, { parts: naming.images, table, predicted });
    model.dispose();
  });

  it('of clips: predicts as if there were no others, and is judged by them alone', async () => {
    const task = createVideoTask(nanoVideo, { decoded: 3 });
    const { model, indices, pixels } = task;
    perturb(model);
    const prediction = model.predict(model.encode(pixels, indices), indices); // [M, B, P]
    const { width } = nanoVideo.decoder;
    await compare(task, {
      parts: naming.clips,
      table: tf.tensor2d(sinusoid1d(12, width), [12, width]),
      predicted: (sample) => tf.slice(prediction, [0, sample, 0], [-1, 1, -1]),
    });
    model.dispose();
  });
});
