/**
 * Times masked-autoencoder training steps on one engine, in a process of its own, and prints one line of JSON.
 *
 *   node bench/engine/measure-step.mjs <model> <engine> [--steps 20] [--profile prefix] [--no-spin]
 */

import { parseArgs } from 'node:util';
import { indexMasks, MaskedAutoencoder, maskIndicesFrom } from '@masked-distill/mae';
import { randomMasking } from '@masked-distill/masking';
import { createRng, useEngine } from '@masked-distill/tensor-core';
import { registerOnnxruntime } from '@masked-distill/tfjs-backend-ort';
import { TrainStep } from '@masked-distill/train';
import * as tf from '@tensorflow/tfjs-core';
import { models, stepFlops } from './models.mjs';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '20' }, profile: { type: 'string' }, 'no-spin': { type: 'boolean' } },
});
const [name, engineName] = positionals;
const steps = Number(flags.steps);
const { batch, encoder, decoder } = models[name];
const engine = await useEngine({ prefer: engineName });
if (engineName === 'onnxruntime' && (flags.profile || flags['no-spin'])) {
  registerOnnxruntime({ profile: flags.profile, spinning: !flags['no-spin'] });
  await tf.setBackend('onnxruntime');
}
const rng = createRng(0, 'bench');
const model = new MaskedAutoencoder({ encoder, decoder, normPixLoss: true }, { rng });
const { grid } = model.encoder;
const sampler = randomMasking({ ratio: 0.75 });
const task = {
  module: model,
  loss: (args) => ({ loss: model.loss(args.pixels, maskIndicesFrom(args)), parts: {} }),
};
const step = new TrainStep(task, { engine, optimizer: { betas: [0.9, 0.95], weightDecay: 0.05 } });

const nextBatch = (i) => {
  const draw = createRng(i, 'pixels');
  const { h, w } = encoder.imageSize;
  const pixels = Float32Array.from({ length: batch * h * w * 3 }, () => draw.uniform() - 0.5);
  const masks = Array.from({ length: batch }, (_, k) => sampler.sample(grid, createRng(i, 'mask', k)));
  const indices = Object.entries(indexMasks(masks, { grid })).flatMap(([key, { rows, inverse }]) => [
    [`${key}.rows`, { data: rows, shape: [rows.length] }],
    [`${key}.inverse`, { data: inverse, shape: [inverse.length] }],
  ]);
  return {
    arguments: { pixels: { data: pixels, shape: [batch, h, w, 3] }, ...Object.fromEntries(indices) },
    keys: [],
    samples: batch,
  };
};

const batches = Array.from({ length: 4 }, (_, i) => nextBatch(i));
const times = [];
const processor = [];
let loss;
let first;
for (let i = 0; i < steps; i++) {
  const start = performance.now();
  const used = process.cpuUsage();
  ({ loss } = await step.run([batches[i % 4]], { step: i, learningRate: 1.5e-4 }));
  const ms = performance.now() - start;
  if (i === 0) first = ms;
  else times.push(ms);
  const { user, system } = process.cpuUsage(used);
  if (i > 2) processor.push((user + system) / 1000);
}
// The first calls trace, compile and verify.
const steady = times.slice(Math.min(2, times.length - 1)).sort((a, b) => a - b);
const median = steady[steady.length >> 1];
const flops = stepFlops(models[name]);
console.log(
  JSON.stringify({
    model: name,
    engine: engine.name,
    detail: engine.detail,
    medianMs: median,
    minMs: steady[0],
    firstMs: first,
    processorMs: processor.sort((a, b) => a - b)[processor.length >> 1],
    gflop: flops / 1e9,
    gflopPerSecond: flops / median / 1e6,
    peakMB: process.resourceUsage().maxRSS / 1024,
    loss,
  }),
);
step.dispose();
if (flags.profile) tf.removeBackend('onnxruntime');
process.exit(0);
