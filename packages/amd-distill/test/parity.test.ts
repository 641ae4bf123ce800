import { VideoMaskedAutoencoder } from '@masked-distill/mae';
import {
  AdamW,
  createRng,
  decayMatrices,
  loadStateDict,
  rowIndexTensors,
  type TensorData,
  tensorData,
  useEngine,
} from '@masked-distill/tensor-core';
import { engineTests, type Fixture, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import { VideoEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type DistillationConfig,
  Distiller,
  distillIndicesFrom,
  indexAsymmetricMasks,
  releasedCode,
} from '../src/index.ts';

const input = { frames: 16, imageSize: { h: 32, w: 32 }, patch: { t: 2, h: 8, w: 8 } };
const grid = { t: 8, h: 4, w: 4 };
const TOKENS = 128;
const config: DistillationConfig = {
  direct: [
    { student: 1, teacher: 1 },
    { student: 3, teacher: 2 },
  ],
  generation: [
    { student: 2, teacher: 1 },
    { student: 3, teacher: 2 },
  ],
  generator: { depth: 1, mlpRatio: 2, qkvBias: 'qv' },
  ...releasedCode,
};

/** The reference keeps the projections inside the encoder. */
const ourName = (name: string) => name.replace('encoder.projection_heads.', 'projection_heads.');

describe.skipIf(!hasFixtures)('parity with AMD (needs ../shared/fixtures)', () => {
  engineTests(useEngine)('Distiller', () => {
    let fixture: Fixture;
    beforeAll(() => {
      fixture = readFixture('amd_tiny');
    });
    /** A few times what float32 itself costs the reference; never less than a few of its last digits. */
    const tolerance = (quantity: string, size = 1): number =>
      Math.max(5 * fixture.facts.fp32_vs_fp64_max_abs_diff[quantity], 2e-6 * size);
    const params = (prefix: string): Map<string, TensorData> =>
      new Map(
        [...fixture.below(prefix)].map(([name, { values, shape }]) => [ourName(name), tensorData(values, shape)]),
      );

    const withDistiller = async (
      options: Partial<DistillationConfig>,
      check: (distiller: Distiller) => Promise<void>,
    ): Promise<void> => {
      const student = new VideoMaskedAutoencoder(
        {
          encoder: { ...input, width: 48, depth: 3, heads: 3, mlpRatio: 2 },
          decoder: { width: 32, depth: 2, heads: 2, mlpRatio: 2 },
        },
        { rng: createRng(0) },
      );
      const teacher = new VideoEncoder(
        { ...input, width: 128, depth: 2, heads: 4, mlpRatio: 1, finalNorm: false },
        { rng: createRng(0) },
      );
      const distiller = new Distiller(student, teacher, { config: { ...config, ...options }, rng: createRng(0) });
      try {
        const report = loadStateDict(distiller.namedVariables(), params('param.student.'), { strict: false });
        const tokens = ['generators.0.mask_token', 'generators.1.mask_token'];
        expect(report.missing).toEqual(distiller.config.trainMaskTokens ? tokens : []);
        expect(report.unused).toEqual(fixture.facts.no_grad_params); // norms that the reference never applies
        const ofTeacher = loadStateDict(teacher.namedVariables(), params('param.teacher.'));
        expect(ofTeacher.unused).toEqual(['fc_norm.weight', 'fc_norm.bias', 'head.weight', 'head.bias']);
        const variables = distiller.config.trainMaskTokens
          ? tokens.map((name) => distiller.namedVariables().get(name)!)
          : distiller.untrainedMaskTokens();
        for (const [i, variable] of variables.entries()) {
          variable.assign(tensorOf(`param.unregistered.generator_mask_tokens.${i}`));
        }
        await check(distiller);
      } finally {
        distiller.dispose();
        teacher.dispose();
      }
    };
    const tensorOf = (name: string) => {
      const { values, shape } = fixture.tensor(name);
      return tf.tensor(values as Float32Array, shape);
    };
    const clip = () => tf.transpose(tensorOf('in.clip'), [0, 2, 3, 4, 1]) as tf.Tensor5D; // [B, T, H, W, 3]
    const masks = () =>
      [0, 1].map((sample) => {
        const of = (kind: string, hidden: number) => {
          const flags = fixture.tensor(`in.mask_${kind}`).values.subarray(TOKENS * sample, TOKENS * (sample + 1));
          return Int32Array.from([...flags.keys()].filter((token) => flags[token] === hidden));
        };
        // Of the reference's masks, 'diff' is 0 where only the teacher sees.
        const extra = of('student', 1).filter((token) => of('teacher', 0).includes(token));
        return { visible: of('student', 0), extra, masked: of('student', 1) };
      });
    const indices = () => distillIndicesFrom(rowIndexTensors({ ...indexAsymmetricMasks(masks(), { grid }) }));
    const batchFirst = async (x: tf.Tensor) => (await tf.transpose(x, [1, 0, 2]).data()) as Float32Array;
    const expectLike = async (x: tf.Tensor, name: string, allowed: number) =>
      expect(maxDifference(await batchFirst(x), fixture.tensor(name).values), name).toBeLessThan(allowed);
    const number = async (x: tf.Tensor) => (await x.data())[0]!;
    const part = { lossRecon: 'mae', lossDirect: 'dir', lossGeneration: 'gen' };

    it('counts the tokens of both as the reference does', () => {
      const { counts } = fixture.facts;
      for (const { visible, extra, masked } of masks()) {
        expect([visible.length, extra.length, masked.length]).toEqual([counts.visible, counts.diff, counts.masked]);
      }
    });

    it('latent, prediction, projected and generated features, features of the teacher', () =>
      withDistiller({}, async (distiller) => {
        const [pixels, rows] = [clip(), indices()];
        const { latent, direct, generation } = distiller.features(pixels, rows);
        await expectLike(latent, 'out.encoder_norm', tolerance('ds'));
        const student = distiller.student as VideoMaskedAutoencoder;
        await expectLike(student.predict(latent, rows), 'out.pred', tolerance('out'));
        const targets = distiller.targets(pixels, rows);
        for (const i of [0, 1]) {
          await expectLike(direct[i]!, `out.student_dir.${i}`, tolerance('ds'));
          await expectLike(generation[i]!, `out.student_gen.${i}`, tolerance('gs'));
          const seen = targets[`teacher.${i + 1}`]!;
          await expectLike(tf.slice(seen, [0, 0, 0], [16, -1, -1]), `out.teacher_dir.${i}`, tolerance('dt'));
          await expectLike(tf.slice(seen, [16, 0, 0]), `out.teacher_gen.${i}`, tolerance('gt'));
        }
      }));

    it('the three losses and their sum', () =>
      withDistiller({}, async (distiller) => {
        const [pixels, rows] = [clip(), indices()];
        const { loss, parts } = distiller.loss(pixels, rows, { targets: distiller.targets(pixels, rows) });
        for (const [name, short] of Object.entries(part)) {
          const expected = fixture.tensor(`out.loss_${short}`).values[0]!;
          expect(Math.abs((await number(parts[name]!)) - expected), name).toBeLessThan(tolerance('tot', expected));
        }
        const total = fixture.tensor('out.loss_total').values[0]!;
        expect(Math.abs((await number(loss)) - total)).toBeLessThan(tolerance('tot', total));
      }));

    it.each([
      ['l1', 'l1'],
      ['smooth-l1', 'sml1'],
    ] as const)('the losses under %s', (loss, theirs) =>
      withDistiller({ loss }, async (distiller) => {
        const [pixels, rows] = [clip(), indices()];
        const { parts } = distiller.loss(pixels, rows, { targets: distiller.targets(pixels, rows) });
        const expected = fixture.facts.other_align_losses[theirs];
        expect(Math.abs((await number(parts.lossDirect!)) - expected.ld)).toBeLessThan(tolerance('tot', expected.ld));
        expect(Math.abs((await number(parts.lossGeneration!)) - expected.lg)).toBeLessThan(
          tolerance('tot', expected.lg),
        );
      }),
    );

    it.each([
      ['as released', {}],
      ['with trained mask tokens', { trainMaskTokens: true }],
    ])('every gradient, %s', (_, options) =>
      withDistiller(options, async (distiller) => {
        const [pixels, rows] = [clip(), indices()];
        const targets = distiller.targets(pixels, rows);
        const variables = distiller.trainableVariables();
        const { grads } = tf.variableGrads(
          () => distiller.loss(pixels, rows, { targets }).loss,
          [...variables.values()],
        );
        const norms = fixture.facts.grad_l2_per_param as Record<string, number>;
        const compared = new Set<string>();
        for (const [theirs, norm] of Object.entries(norms)) {
          const gradient = grads[variables.get(ourName(theirs))!.name]!;
          const found = Math.sqrt(await number(tf.sum(tf.square(gradient))));
          expect(Math.abs(found - norm), theirs).toBeLessThan(2e-5 * Math.max(norm, 0.1));
          compared.add(ourName(theirs));
        }
        for (const [theirs, { values }] of fixture.below('grad.')) {
          const name = theirs.replace(/^unregistered\.generator_mask_tokens\.(\d)$/, 'generators.$1.mask_token');
          const variable = variables.get(ourName(name));
          if (theirs.startsWith('unregistered') && !distiller.config.trainMaskTokens) {
            expect(variable).toBeUndefined();
            continue;
          }
          const gradient = (await grads[variable!.name]!.data()) as Float32Array;
          expect(maxDifference(gradient, values), theirs).toBeLessThan(tolerance('grad', 10));
          compared.add(ourName(name));
        }
        expect([...variables.keys()].filter((name) => !compared.has(name))).toEqual([]);
      }),
    );

    it('five steps of AdamW with clipping: every loss, the norms, the weights after', () =>
      withDistiller({}, async (distiller) => {
        const {
          lr,
          betas,
          eps,
          weight_decay,
          skip,
          clip_grad_norm,
          rows: expected,
          grad_norms_before_clip,
        } = fixture.facts.train_trace;
        const variables = distiller.trainableVariables();
        const optimizer = new AdamW(variables, {
          betas,
          epsilon: eps,
          weightDecay: weight_decay,
          clipNorm: clip_grad_norm,
          rules: decayMatrices({ skip }),
        });
        for (let step = 0; step <= 5; step++) {
          const [pixels, rows] = [clip(), indices()];
          const targets = distiller.targets(pixels, rows);
          const { loss, parts } = distiller.loss(pixels, rows, { targets });
          const found = await Promise.all(
            [parts.lossRecon!, parts.lossDirect!, parts.lossGeneration!, loss].map(number),
          );
          for (const [i, value] of found.entries()) {
            expect(Math.abs(value - expected[step][i]), `step ${step}, column ${i}`).toBeLessThan(
              1e-5 * expected[step][i],
            );
          }
          if (step === 5) break;
          const { grads } = tf.variableGrads(
            () => distiller.loss(pixels, rows, { targets }).loss,
            [...variables.values()],
          );
          const gradients = new Map([...variables].map(([name, variable]) => [name, grads[variable.name]!]));
          const { gradNorm } = optimizer.apply(gradients, optimizer.scalars(step, lr));
          const norm = grad_norms_before_clip[step];
          expect(Math.abs((await number(gradNorm)) - norm), `step ${step}`).toBeLessThan(5e-5 * norm);
        }
        for (const [name, { values }] of fixture.below('after5.')) {
          const after = (await variables.get(ourName(name))!.data()) as Float32Array;
          expect(maxDifference(after, values), name).toBeLessThan(1e-5);
        }
        for (const [i, token] of distiller.untrainedMaskTokens().entries()) {
          const kept = fixture.tensor(`param.unregistered.generator_mask_tokens.${i}`).values;
          expect(await token.data()).toEqual(kept);
        }
        optimizer.dispose();
      }));
  });
});
