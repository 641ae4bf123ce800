/**
 * Times fine-tuning steps, in a process of its own, and prints one line of JSON.
 *
 *   node bench/finetune/measure-finetune.mjs '<sizes as JSON>' [--steps 12]
 */
import { parseArgs } from 'node:util';
import { softTargets } from '@masked-distill/eval';
import { createRng, decayMatrices, layerDecay, softmaxCrossEntropy, useEngine } from '@masked-distill/tensor-core';
import { TrainStep } from '@masked-distill/train';
import { ImageClassifier, VideoClassifier } from '@masked-distill/vit';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '12' } },
});
const { batch, frames, tubelet, imageSize, patch, classes, threads, ...size } = JSON.parse(positionals[0]);
const engine = await useEngine({ prefer: 'onnxruntime', threads });
const image = { ...size, classes, imageSize: { h: imageSize, w: imageSize } };
const square = { h: patch, w: patch };
const rng = createRng(0, 'bench');
const model = frames
  ? new VideoClassifier({ ...image, frames, patch: { t: tubelet, ...square } }, { rng })
  : new ImageClassifier({ ...image, patch: square }, { rng });
const step = new TrainStep(
  { module: model, loss: ({ pixels, targets }) => ({ loss: softmaxCrossEntropy(model.forward(pixels), targets) }) },
  {
    engine,
    optimizer: { weightDecay: 0.05, rules: layerDecay({ rate: 0.75, depth: size.depth, base: decayMatrices() }) },
  },
);

const shape = [batch, ...(frames ? [frames] : []), imageSize, imageSize, 3];
const batches = Array.from({ length: 2 }, (_, i) => {
  const draw = createRng(i, 'pixels');
  const labels = Int32Array.from({ length: batch }, () => draw.integer(classes));
  const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.uniform() - 0.5);
  return {
    arguments: {
      pixels: { data: pixels, shape },
      targets: { data: softTargets(labels, { classes, labelSmoothing: 0.1 }), shape: [batch, classes] },
    },
    keys: [],
    samples: batch,
  };
});

const times = [];
const processor = [];
for (let i = 0; i < Number(flags.steps); i++) {
  const start = performance.now();
  const used = process.cpuUsage();
  await step.run([batches[i % 2]], { step: i, learningRate: 1e-4 });
  times.push(performance.now() - start);
  const { user, system } = process.cpuUsage(used);
  processor.push((user + system) / 1000);
}
// The first calls trace, compile and verify.
const warm = Math.min(3, times.length - 1);
const sorted = (values) => values.slice(warm).sort((a, b) => a - b);
const middle = (values) => sorted(values)[(values.length - warm) >> 1];
console.log(
  JSON.stringify({
    engine: engine.name,
    medianMs: middle(times),
    minMs: sorted(times)[0],
    firstMs: times[0],
    processorMs: middle(processor),
    peakMB: process.resourceUsage().maxRSS / 1024,
  }),
);
process.exit(0);
