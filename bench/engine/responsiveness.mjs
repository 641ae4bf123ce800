/**
 * What a compiled step costs beside its run: the time a replay's call takes before anything is computed, how long the event loop is held up
 * while steps run, and what leaving it free costs. On the tiny model's step, in one process.
 *
 *   node bench/engine/responsiveness.mjs [rounds]
 */
import { indexMasks, MaskedAutoencoder, maskIndicesFrom } from '@masked-distill/mae';
import { randomMasking } from '@masked-distill/masking';
import { AdamW, createRng, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { models } from './models.mjs';

/** A call that takes longer than this has traced the step again, as the 2nd, 4th, 8th, … do. */
const TRACED_MS = 5;

const rounds = Number(process.argv[2] ?? 20);
const { batch, encoder, decoder } = models.tiny;
const engine = await useEngine({ prefer: 'onnxruntime', device: 'cpu' });
const model = new MaskedAutoencoder({ encoder, decoder, normPixLoss: true }, { rng: createRng(0, 'bench') });
const variables = model.trainableVariables();
const optimizer = new AdamW(variables);
const step = engine.compile(
  (args) => {
    const { value, grads } = tf.variableGrads(
      () => model.loss(args.pixels, maskIndicesFrom(args)),
      [...variables.values()],
    );
    optimizer.apply(new Map([...variables].map(([name, variable]) => [name, grads[variable.name]])), args);
    return { loss: value };
  },
  [...model.namedVariables().values(), ...optimizer.namedVariables().values()],
);
const { grid } = model.encoder;
const masks = Array.from({ length: batch }, (_, i) =>
  randomMasking({ ratio: 0.75 }).sample(grid, createRng(0, 'mask', i)),
);
const indices = Object.entries(indexMasks(masks, { grid })).flatMap(([name, { rows, inverse }]) => [
  [`${name}.rows`, tf.tensor1d(rows, 'int32')],
  [`${name}.inverse`, tf.tensor1d(inverse, 'int32')],
]);
const fixed = {
  pixels: tf.randomUniform([batch, encoder.imageSize.h, encoder.imageSize.w, 3]),
  ...Object.fromEntries(indices),
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
let count = 0;
async function once(read) {
  const scalars = optimizer.scalars(count++, 1e-4);
  const start = performance.now();
  const { loss } = step({ ...fixed, ...scalars });
  const called = performance.now();
  await read(loss);
  const end = performance.now();
  tf.dispose([loss, ...Object.values(scalars)]);
  return { call: called - start, whole: end - start };
}
for (let i = 0; i < 5; i++) await once((loss) => loss.data());

let [last, longest] = [performance.now(), 0];
const timer = setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
}, 4);
const [free, blocked, calls, gaps] = [[], [], [], []];
let tracing = 0;
for (let round = 0; round < rounds; round++) {
  await new Promise(setImmediate);
  [last, longest] = [performance.now(), 0];
  const later = await once((loss) => loss.data());
  const isReplay = later.call < TRACED_MS;
  if (isReplay) gaps.push(longest);
  else tracing = Math.max(tracing, longest);
  const atOnce = await once((loss) => loss.dataSync());
  if (!isReplay) continue;
  calls.push(later.call);
  free.push(later.whole);
  blocked.push(atOnce.whole);
}
clearInterval(timer);
console.log(
  JSON.stringify({
    callMs: median(calls),
    longestGapMs: Math.max(...gaps),
    medianGapMs: median(gaps),
    longestGapTracingMs: tracing,
    freeMs: median(free),
    blockedMs: median(blocked),
    slowdown: median(free) / median(blocked) - 1,
  }),
);
process.exit(0);
