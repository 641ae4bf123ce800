import { AdamW, type Engine, rowIndexTensors, useEngine } from '@masked-distill/tensor-core';
import { engineTests } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { type DistillationConfig, type Distiller, distillIndicesFrom, middleAndLast } from '../src/index.ts';
import { BATCH, makeTeacher, maskArrays, someIndices, somePixels, withDistiller } from './models.ts';

const both = middleAndLast({ student: 4, teacher: 6 });
const amd: DistillationConfig = { direct: both, generation: both };

const number = async (x: tf.Tensor) => (await x.data())[0]!;
const largest = async (x: tf.Tensor) => number(tf.max(tf.abs(x)));

function losses(distiller: Distiller, mask?: Parameters<typeof someIndices>[0]) {
  const [pixels, indices] = [somePixels(), someIndices(mask)];
  const targets = distiller.targets(pixels, indices);
  return { pixels, indices, targets, ...distiller.loss(pixels, indices, { targets }) };
}

engineTests(useEngine)('Distiller', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await useEngine({ prefer: engineName });
  });

  it('lets the teacher see visible then extra tokens, each sample its own, and no further than the last layer asked for', () =>
    withDistiller(
      { direct: [{ student: 4, teacher: 2 }], generation: [{ student: 4, teacher: 3 }] },
      async (distiller) => {
        const { teacher } = distiller;
        const { pixels, targets } = losses(distiller);
        expect(Object.keys(targets)).toEqual(['teacher.2', 'teacher.3']);
        for (const [b, { visible, extra }] of maskArrays().masks.entries()) {
          const everything = teacher.embed(tf.slice(pixels, [b, 0, 0, 0], [1, -1, -1, -1])); // [1 + 16, 1, D]
          const seen = [0, ...[...visible, ...extra].map((token) => 1 + token)];
          const { features } = teacher.encode(tf.gather(everything, seen) as tf.Tensor3D, { collect: [2, 3] });
          for (const [i, feature] of features.entries()) {
            const own = tf.slice(targets[`teacher.${2 + i}`]!, [0, b, 0], [-1, 1, -1]);
            expect(own.shape).toEqual(feature.shape);
            expect(await largest(tf.sub(own, feature))).toBeLessThan(1e-5);
          }
        }
      },
    ));

  it('is 0 where the teacher is what the student makes of it', () =>
    withDistiller(amd, async (distiller) => {
      const { pixels, indices } = losses(distiller);
      const { direct, generation } = distiller.features(pixels, indices);
      const targets = {
        'teacher.3': tf.concat([direct[0]!, generation[0]!]),
        'teacher.6': tf.concat([direct[1]!, generation[1]!]),
      };
      const { parts } = distiller.loss(pixels, indices, { targets });
      expect(await number(parts.lossDirect!)).toBeLessThan(1e-10);
      expect(await number(parts.lossGeneration!)).toBeLessThan(1e-10);
      const moved = { ...targets, 'teacher.6': tf.add(targets['teacher.6'], 2) };
      const { parts: movedParts } = distiller.loss(pixels, indices, { targets: moved });
      // One of two layers is off by 2 everywhere.
      expect(await number(movedParts.lossDirect!)).toBeCloseTo(2, 4);
      expect(await number(movedParts.lossGeneration!)).toBeCloseTo(2, 4);
    }));

  it('adds the parts by their weights, and layers up where they are to be summed', async () => {
    const parts: Record<string, number>[] = [];
    for (const layerReduction of ['mean', 'sum'] as const) {
      const weights = { reconstruction: 2, direct: 0.5, generation: 3 };
      await withDistiller({ ...amd, weights, layerReduction }, async (distiller) => {
        const { loss, parts: some } = losses(distiller);
        const [recon, direct, generation] = await Promise.all(
          ['lossRecon', 'lossDirect', 'lossGeneration'].map((name) => number(some[name]!)),
        );
        expect(await number(loss)).toBeCloseTo(2 * recon! + 0.5 * direct! + 3 * generation!, 4);
        parts.push({ recon: recon!, direct: direct!, generation: generation! });
      });
    }
    expect(parts[1]!.recon).toBeCloseTo(parts[0]!.recon!, 5);
    expect(parts[1]!.direct).toBeCloseTo(2 * parts[0]!.direct!, 4);
    expect(parts[1]!.generation).toBeCloseTo(2 * parts[0]!.generation!, 4);
  });

  it('gives every trainable variable a gradient, the mask tokens of the generators among them, and the teacher none', () =>
    withDistiller(amd, async (distiller) => {
      const [pixels, indices] = [somePixels(), someIndices()];
      const targets = distiller.targets(pixels, indices);
      const variables = distiller.trainableVariables();
      expect([...variables.keys()].filter((name) => name.endsWith('mask_token'))).toEqual([
        'mask_token',
        'generators.0.mask_token',
        'generators.1.mask_token',
      ]);
      const { grads } = tf.variableGrads(
        () => distiller.loss(pixels, indices, { targets }).loss,
        [...variables.values()],
      );
      for (const [name, variable] of variables) {
        expect(await largest(grads[variable.name]!), name).toBeGreaterThan(0);
      }
      const teacher = new Set(distiller.teacher.namedVariables().values());
      expect([...distiller.namedVariables().values()].some((variable) => teacher.has(variable))).toBe(false);
    }));

  it('keeps nothing of the teacher for a gradient', () =>
    withDistiller(amd, (distiller) => {
      const [pixels, indices] = [somePixels(), someIndices()];
      const targets = distiller.targets(pixels, indices);
      tf.tidy(() => {
        tf.variableGrads(() => {
          const start = tf.engine().state.activeTape!.length;
          const { loss } = distiller.loss(pixels, indices, { targets });
          const frozen = new Set(distiller.teacher.namedVariables().values());
          const reads = tf
            .engine()
            .state.activeTape!.slice(start)
            .flatMap(({ inputs }) => Object.values(inputs));
          expect(reads.length).toBeGreaterThan(100);
          expect(reads.some((input) => frozen.has(input as tf.Variable))).toBe(false);
          return loss;
        }, [...distiller.trainableVariables().values()]);
      });
    }));

  it.each([
    ['wider', { width: 96, depth: 2 }],
    ['narrower', { width: 16, depth: 4, heads: 2 }],
    ['equal', { width: 32, depth: 4, heads: 2 }],
    ['without a class token', { classToken: false }],
  ])('learns from a teacher that is %s', async (_, sizes) => {
    const teacher = makeTeacher(sizes);
    const layers = middleAndLast({ student: 4, teacher: teacher.depth });
    await withDistiller(
      { direct: layers, generation: layers },
      async (distiller) => {
        const { parts } = losses(distiller);
        for (const part of Object.values(parts)) expect(await number(part)).toBeGreaterThan(0);
      },
      { teacher },
    );
  });

  it('aligns prefix tokens where it is to', async () => {
    const shapes: number[][] = [];
    for (const prefix of [true, false]) {
      await withDistiller({ ...amd, prefix }, (distiller) => {
        const { direct, generation } = distiller.features(somePixels(), someIndices());
        shapes.push(direct[0]!.shape, generation[0]!.shape);
        expect(Object.keys(losses(distiller).parts)).toHaveLength(3);
      });
    }
    expect(shapes).toEqual([
      [5, BATCH, 48],
      [4, BATCH, 48],
      [4, BATCH, 48],
      [4, BATCH, 48],
    ]);
  });

  it('is DMAE with equal masks and one layer: no token is generated', () =>
    withDistiller({ direct: [{ student: 3, teacher: 5 }], generation: [], loss: 'l1' }, async (distiller) => {
      const { parts, targets } = losses(distiller, { teacherRatio: 0.75 });
      expect(Object.keys(parts)).toEqual(['lossRecon', 'lossDirect']);
      expect(targets['teacher.5']!.shape).toEqual([5, BATCH, 48]);
    }));

  it('says that a teacher who sees no more has nothing to generate from', () =>
    withDistiller(amd, (distiller) => {
      expect(() => losses(distiller, { teacherRatio: 0.75 })).toThrow(
        'distill: the teacher sees no more than the student, so there is nothing to generate; lower its mask ratio, or align no layers by generation',
      );
    }));

  it('distils features without reconstruction, and then trains no decoder', () =>
    withDistiller({ ...amd, weights: { reconstruction: 0 } }, (distiller) => {
      expect(Object.keys(losses(distiller).parts)).toEqual(['lossDirect', 'lossGeneration']);
      const trained = [...distiller.trainableVariables().keys()];
      expect(trained.filter((name) => name.startsWith('decoder') || name === 'mask_token')).toEqual([]);
      expect(trained).toContain('blocks.3.mlp.fc2.weight');
      expect(distiller.namedVariables().has('decoder_pred.weight')).toBe(true);
    }));

  it('trains, compiled, and leaves the teacher as it was', () =>
    withDistiller(amd, async (distiller) => {
      const parameters = distiller.trainableVariables();
      const optimizer = new AdamW(parameters, { weightDecay: 0 });
      const before = await distiller.teacher.namedVariables().get('blocks.0.mlp.fc1.weight')!.data();
      const step = engine.compile<tf.NamedTensorMap, tf.NamedTensorMap>(
        (args) => {
          const indices = distillIndicesFrom(args);
          const targets = distiller.targets(args.pixels!, indices);
          const { value, grads } = tf.variableGrads(
            () => distiller.loss(args.pixels!, indices, { targets }).loss,
            [...parameters.values()],
          );
          optimizer.apply(new Map([...parameters].map(([name, { name: id }]) => [name, grads[id]!])), args as never);
          return { loss: value };
        },
        [
          ...distiller.namedVariables().values(),
          ...distiller.frozenVariables(),
          ...optimizer.namedVariables().values(),
        ],
      );
      const untrained = await number(losses(distiller).loss);
      const trace: number[] = [];
      for (let i = 0; i < 12; i++) {
        const args = {
          pixels: somePixels(),
          ...rowIndexTensors({ ...maskArrays().arrays }),
          ...optimizer.scalars(i, 3e-3),
        };
        const { loss } = step(args as tf.NamedTensorMap);
        trace.push(await number(loss!));
      }
      expect(trace[0]).toBeCloseTo(untrained, 4);
      expect(trace.at(-1)!).toBeLessThan(0.8 * trace[0]!);
      expect(await distiller.teacher.namedVariables().get('blocks.0.mlp.fc1.weight')!.data()).toEqual(before);
      optimizer.dispose();
    }));
});
