/**
 * Times one piece of work of asymmetric masked distillation, in a process of its own, and prints one line of JSON.
 *
 *   node bench/amd/measure-amd.mjs '<AmdSizes as JSON>' <work> [--freeze none|float32|int8] [--embed seen|all] [--decode all|half]
 *     [--steps 20] [--profile prefix]
 *
 * `--embed all` embeds what nobody sees as well and then takes what is seen, as the reference does; `--decode half` leaves half of the
 * masked tokens out of the decoder, in running cells.
 *
 * The work is one of
 *   amd        the whole step: teacher, student, projections, generators, decoder, gradients, AdamW
 *   teacher    the teacher's features, as the step computes them, and nothing else
 *   mae        the student's step without a teacher
 *   alignment  a step of projections and generators, on given features of student and teacher; gradients reach the student's features
 */

import { parseArgs } from 'node:util';
import { Distiller, distillIndicesFrom, indexAsymmetricMasks } from '@masked-distill/amd-distill';
import { randomMasking, runningCellMasking, tubeMasking } from '@masked-distill/masking';
import { createRng, useEngine } from '@masked-distill/tensor-core';
import { registerOnnxruntime } from '@masked-distill/tfjs-backend-ort';
import { TrainStep } from '@masked-distill/train';
import * as tf from '@tensorflow/tfjs-core';
import { GivenStudent } from './given-student.mjs';
import { benchModels } from './models.mjs';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '20' },
    freeze: { type: 'string', default: 'float32' },
    embed: { type: 'string', default: 'seen' },
    decode: { type: 'string', default: 'all' },
    profile: { type: 'string' },
  },
});
const [sizes, work] = [JSON.parse(positionals[0]), positionals[1]];
const { batch, layers, generatorDepth, ratio, teacherRatio } = sizes;
const engine = await useEngine({ prefer: 'onnxruntime', device: 'cpu', threads: sizes.threads });
if (flags.profile) {
  registerOnnxruntime({ profile: flags.profile, threads: sizes.threads });
  await tf.setBackend('onnxruntime');
}
const rng = createRng(0, 'bench');
const { makeTeacher, makeStudent, grid, prefixTokens, pixelShape } = benchModels(sizes, {
  rng,
  embedsAll: flags.embed === 'all',
});
const pairs = layers.map((layer) => ({ student: layer, teacher: layer }));
const config = { direct: pairs, generation: pairs, generator: { depth: generatorDepth } };

async function freeze(variables) {
  if (flags.freeze !== 'none') await engine.freeze(variables, { precision: flags.freeze });
}

const random = (shape, ...keys) => {
  const draw = createRng(0, ...keys);
  return {
    data: Float32Array.from({ length: shape.reduce((n, extent) => n * extent) }, () => draw.uniform() - 0.5),
    shape,
  };
};
const nested = (sizes.frames ? tubeMasking : randomMasking)({ ratio, teacherRatio });
const sampler = flags.decode === 'half' ? runningCellMasking(nested) : nested;
const batches = Array.from({ length: 4 }, (_, i) => {
  const masks = Array.from({ length: batch }, (_, k) => sampler.sample(grid, createRng(i, 'mask', k)));
  const indices = Object.entries(indexAsymmetricMasks(masks, { grid }));
  return Object.fromEntries([
    ['pixels', random(pixelShape, 'pixels', i)],
    ...indices.flatMap(([key, { rows, inverse }]) => [
      [`${key}.rows`, { data: rows, shape: [rows.length] }],
      [`${key}.inverse`, { data: inverse, shape: [inverse.length] }],
    ]),
  ]);
});

/** The work as a function of a batch's number and a step's; it gives a number that shows that something was computed. */
async function prepare() {
  const train = (task, args = (i) => batches[i]) => {
    const training = new TrainStep(task, { engine, optimizer: { betas: [0.9, 0.95], weightDecay: 0.05 } });
    return async (i, step) => {
      const result = await training.run([{ arguments: args(i), keys: [], samples: batch }], {
        step,
        learningRate: 1.5e-4,
      });
      return result.loss;
    };
  };
  if (work === 'mae') {
    const model = makeStudent();
    return train({
      module: model,
      loss: (args) => ({ loss: model.loss(args.pixels, distillIndicesFrom(args)) }),
    });
  }
  const teacher = makeTeacher();
  if (work === 'alignment') {
    const { visible, extra } = sampler.counts(grid);
    const student = new GivenStudent(teacher, {
      width: sizes.student.width,
      tokens: prefixTokens + visible,
      batch,
      layers,
    });
    const distiller = new Distiller(student, teacher, { config: { ...config, weights: { reconstruction: 0 } }, rng });
    const targets = Object.fromEntries(
      layers.map((layer) => [
        `teacher.${layer}`,
        random([prefixTokens + visible + extra, batch, teacher.width], 'target', layer),
      ]),
    );
    const frozen = distiller.frozenVariables();
    return train(
      {
        module: distiller,
        frozen,
        loss: (args) => distiller.loss(args.pixels, distillIndicesFrom(args), { targets: args }),
      },
      (i) => ({ ...batches[i], ...targets }),
    );
  }
  const distiller = new Distiller(makeStudent(), teacher, { config, rng });
  const frozen = distiller.frozenVariables();
  await freeze(teacher.namedVariables().values());
  if (work === 'teacher') {
    const compute = engine.compile((args) => distiller.targets(args.pixels, distillIndicesFrom(args)), frozen);
    return async (i) => {
      const args = Object.fromEntries(
        Object.entries(batches[i]).map(([name, { data, shape }]) => [
          name,
          tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32'),
        ]),
      );
      const results = compute(args);
      const values = await Promise.all(Object.values(results).map((result) => result.data()));
      tf.dispose([args, results]);
      return values.at(-1)[0];
    };
  }
  return train({
    module: distiller,
    frozen,
    targets: (args) => distiller.targets(args.pixels, distillIndicesFrom(args)),
    loss: (args) => distiller.loss(args.pixels, distillIndicesFrom(args), { targets: args }),
  });
}

const run = await prepare();
const [times, processor] = [[], []];
let value;
for (let i = 0; i < Number(flags.steps); i++) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  value = await run(i % 4, i);
  times.push(performance.now() - start);
  const { user, system } = process.cpuUsage(used);
  processor.push((user + system) / 1000);
}
// The first calls trace, compile and verify.
const steady = (values) => values.slice(Math.min(3, values.length - 1)).sort((a, b) => a - b);
const median = (values) => steady(values)[steady(values).length >> 1];
console.log(
  JSON.stringify({
    engine: engine.name,
    detail: engine.detail,
    medianMs: median(times),
    minMs: steady(times)[0],
    processorMs: median(processor),
    firstMs: times[0],
    peakMB: process.resourceUsage().maxRSS / 1024,
    value,
  }),
);
if (flags.profile) tf.removeBackend('onnxruntime');
process.exit(0);
