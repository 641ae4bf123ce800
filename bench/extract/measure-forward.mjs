/**
 * Times the forward pass of an encoder with the mean of its tokens, in a process of its own, and prints one line of JSON.
 *
 *   node bench/extract/measure-forward.mjs <checkpoint> --batch 64 [--rounds 4] [--threads 2]
 */
import { parseArgs } from 'node:util';
import { openCheckpoint, useEngine } from '@masked-distill/tensor-core';
import { createEncoder, findEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '64' },
    frames: { type: 'string' },
    rounds: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
  },
});
const engine = await useEngine({ prefer: 'onnxruntime', threads: Number(flags.threads) });
const file = await openCheckpoint(positionals[0]);
const size = { imageSize: { h: 224, w: 224 }, heads: 6, ...(flags.frames && { frames: Number(flags.frames) }) };
const { encoder } = await createEncoder(findEncoder(file.tensors), size);
await file.close();
const step = engine.compile(
  ({ pixels }) => ({ rows: tf.mean(encoder.encode(encoder.embed(pixels)).output, 0) }),
  encoder.namedVariables().values(),
);
const batch = Number(flags.batch);
const shape = [batch, ...(flags.frames ? [Number(flags.frames)] : []), 224, 224, 3];
const pixels = tf.zeros(shape);
const times = [];
// The first calls trace, compile and verify.
for (let i = 0; i < Number(flags.rounds) + 3; i++) {
  const start = performance.now();
  const { rows } = step({ pixels });
  await rows.data();
  rows.dispose();
  if (i >= 3) times.push(performance.now() - start);
}
const seconds = times.sort((a, b) => a - b)[times.length >> 1] / 1000;
console.log(JSON.stringify({ samplesPerSecond: batch / seconds }));
