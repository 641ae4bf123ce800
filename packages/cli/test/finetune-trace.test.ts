import { createRng, decayMatrices, layerDecay, useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import { TrainStep } from '@masked-distill/train';
import { ImageClassifier, VideoClassifier } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { RunBatch, RunLoader } from '../src/run/run-loader.ts';
import { createClassificationTask } from '../src/tasks/classification-task.ts';
import type { ClassifierDescription } from '../src/tasks/classifier-description.ts';
import { createReferenceOptimizer } from './float64/adamw.ts';
import { type ReferenceBatch, trainingLoss } from './float64/classifier.ts';
import { type Matrix, matrix } from './float64/matrix.ts';

const classes = 5;
const size = { width: 16, depth: 3, heads: 2, imageSize: { h: 8, w: 8 }, classes };
const clip = { ...size, frames: 4, patch: { t: 2, h: 4, w: 4 } };
const rng = () => createRng(7);
const kinds = [
  {
    kind: 'images',
    crop: [8, 8, 3],
    patch: [1, 4, 4] as const,
    build: () => new ImageClassifier({ ...size, patch: { h: 4, w: 4 } }, { rng: rng() }),
  },
  {
    kind: 'clips',
    crop: [4, 8, 8, 3],
    patch: [2, 4, 4] as const,
    build: () => new VideoClassifier(clip, { rng: rng() }),
  },
];

/** Gives batches of noise whose labels shift the pixels, so that there is something to learn. */
function noiseLoader(crop: readonly number[], batch = 4): RunLoader {
  const values = crop.reduce((a, b) => a * b);
  const nth = (step: number): RunBatch => {
    const draw = createRng(3, step);
    const labels = Int32Array.from({ length: batch }, () => draw.integer(classes));
    const pixels = Float32Array.from(
      { length: batch * values },
      (_, i) => draw.normal() + labels[Math.floor(i / values)]!,
    );
    return { pixels, shape: [batch, ...crop], labels, keys: Array.from(labels, String), step };
  };
  return {
    stepsPerEpoch: 5,
    async *batches({ fromStep = 0 } = {}) {
      for (let step = fromStep; ; step++) yield nth(step);
    },
    close: async () => {},
  };
}

const STEPS = 10;
const optimizer = { depth: size.depth, layerDecay: 0.7, weightDecay: 0.1, betas: [0.9, 0.999], clipNorm: 0.8 } as const;
const learningRate = (step: number) => 2e-3 * Math.min(1, (step + 1) / 3);
const averaging = 0.8;

describe('ten steps of fine-tuning, against float64', () => {
  engineTests(useEngine)('with everything on', (engineName) => {
    it.each(kinds)('of $kind', async ({ crop, patch, build }) => {
      const engine = await useEngine({ prefer: engineName });
      const model = build();
      const parameters = new Map<string, Matrix>();
      for (const [name, variable] of model.trainableVariables()) {
        // Noise, so that no bias is 0 and no gain 1.
        const noise = createRng(11, name);
        const values = Float32Array.from(await variable.data(), (value) => value + 0.05 * noise.normal());
        tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
        const rows =
          variable.shape.length === 1 || name === 'cls_token'
            ? 1
            : name === 'pos_embed'
              ? variable.shape[1]!
              : variable.shape[0]!;
        parameters.set(
          name,
          matrix(rows, values.length / rows, (r, c) => values[(r * values.length) / rows + c]!),
        );
      }
      const averages = new Map([...parameters].map(([name, { values }]) => [name, Float64Array.from(values)]));

      const task = createClassificationTask(model, {
        loader: noiseLoader(crop),
        description: { model: { classes } } as ClassifierDescription,
        seed: 5,
        dropPath: 0.3,
        headDropout: 0.25,
        labelSmoothing: 0.1,
        mixing: { mixup: 0.8, cutmix: 1, mode: 'pair' },
        classWeights: [0.5, 1, 1.5, 1, 2],
      });
      const { depth, layerDecay: rate, ...settings } = optimizer;
      const rules = layerDecay({ rate, depth, base: decayMatrices({ skip: ['cls_token', 'pos_embed'] }) });
      const step = new TrainStep(task, { engine, optimizer: { ...settings, rules }, ema: averaging });
      const referenceStep = createReferenceOptimizer(parameters, optimizer);
      const batches = task.batches(0)[Symbol.asyncIterator]();
      const losses: number[] = [];
      const norms: number[] = [];
      for (let i = 0; i < STEPS; i++) {
        const { value } = await batches.next();
        const { pixels, targets, dropPath, headDropout } = value!.arguments;
        const shape = (crop.length === 3 ? [4, 1, ...crop] : [4, ...crop]) as unknown as ReferenceBatch['shape'];
        const batch = {
          pixels: pixels!.data,
          shape,
          targets: targets!.data,
          dropPath: dropPath!.data,
          headDropout: headDropout!.data,
        };
        const loss = trainingLoss(parameters, batch, { ...size, patch });
        const norm = referenceStep(learningRate(i));
        for (const [name, average] of averages) {
          const { values } = parameters.get(name)!;
          average.set(average.map((value, k) => averaging * value + (1 - averaging) * values[k]!));
        }
        const result = await step.run([value!], { step: i, learningRate: learningRate(i) });
        expect(Math.abs(result.loss / loss - 1), `loss of step ${i}`).toBeLessThan(2e-6);
        expect(Math.abs(result.gradNorm / norm - 1), `norm of step ${i}`).toBeLessThan(2e-5);
        losses.push(loss);
        norms.push(norm);
      }
      await batches.return?.();
      // The trace tells something: the loss moves, and some steps are clipped.
      expect(Math.abs(losses[0]! - losses.at(-1)!)).toBeGreaterThan(0.05);
      expect(norms.some((norm) => norm > optimizer.clipNorm)).toBe(true);

      for (const [name, variable] of model.trainableVariables()) {
        const difference = differenceWithoutKeys(name, await variable.data(), parameters.get(name)!.values);
        expect(difference, name).toBeLessThan(2e-5);
      }
      for (const [name, variable] of step.average!.namedVariables()) {
        expect(differenceWithoutKeys(name, await variable.data(), averages.get(name)!), name).toBeLessThan(2e-5);
      }
      step.dispose();
      model.dispose();
    });
  });
});

/** The bias of keys has no influence on anything; its gradient is rounding, which AdamW brings to the size of any other. */
function differenceWithoutKeys(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (!name.endsWith('qkv.bias')) return maxDifference(actual, expected);
  const { width } = size;
  const without = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => i < width || i >= 2 * width);
  return maxDifference(without(actual), without(expected));
}
