import { InputError } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { completeConfig, type DistillationConfig, middleAndLast } from '../src/index.ts';
import { planProjections } from '../src/projections.ts';
import { makeStudent, makeTeacher, withDistiller } from './models.ts';

const pairs = (...layers: [number, number][]) => layers.map(([student, teacher]) => ({ student, teacher }));

describe('middleAndLast', () => {
  it('aligns what the paper aligns', () => {
    expect(middleAndLast({ student: 12, teacher: 24 })).toEqual(pairs([6, 12], [12, 24]));
    expect(middleAndLast({ student: 12, teacher: 12 })).toEqual(pairs([6, 6], [12, 12]));
  });

  it('aligns the last layer alone where one model has a single block', () => {
    expect(middleAndLast({ student: 1, teacher: 24 })).toEqual(pairs([1, 24]));
  });
});

describe('planProjections', () => {
  const plan = (config: Partial<DistillationConfig>) =>
    planProjections({
      direct: pairs([1, 1], [3, 2]),
      generation: pairs([2, 1], [3, 2]),
      sharing: 'layers',
      ...config,
      generator: { kind: 'serial', depth: 2, heads: 1, mlpRatio: 4, qkvBias: 'full', ...config.generator },
    });

  it('shares the projections of equal pairs of layers', () => {
    expect(plan({})).toEqual({ count: 3, direct: [0, 1], generation: [2, 1] });
  });

  it('shares by position as the released code does', () => {
    expect(plan({ sharing: 'position' })).toEqual({ count: 2, direct: [0, 1], generation: [0, 1] });
  });

  it('shares none between direct alignment and parallel generators', () => {
    expect(plan({ generator: { kind: 'parallel' } })).toEqual({ count: 4, direct: [0, 1], generation: [2, 3] });
  });

  it('needs no direct alignment', () => {
    expect(plan({ direct: [], sharing: 'position' })).toEqual({ count: 2, direct: [], generation: [0, 1] });
  });
});

describe('completeConfig', () => {
  beforeAll(async () => {
    await useEngine({ prefer: 'cpu' });
  });
  const last = { direct: pairs([4, 6]), generation: pairs([4, 6]) };
  const refuse = async (
    config: Partial<DistillationConfig>,
    { student, teacher }: { student?: ReturnType<typeof makeStudent>; teacher?: ReturnType<typeof makeTeacher> } = {},
  ): Promise<string> => {
    const error = await withDistiller({ ...last, ...config }, () => undefined, { student, teacher }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  };

  it('fills in the defaults of the paper', async () => {
    await withDistiller(last, ({ config }) => {
      expect(config).toMatchObject({
        loss: 'l2',
        normalize: 'none',
        layerReduction: 'mean',
        prefix: true,
        sharing: 'layers',
        trainMaskTokens: true,
        generator: { kind: 'serial', depth: 2, mlpRatio: 4, heads: 1 },
        weights: { reconstruction: 1, direct: 1, generation: 1 },
      });
    });
  });

  it('drops the layers of a loss without weight', async () => {
    await withDistiller({ ...last, weights: { generation: 0 } }, (distiller) => {
      expect(distiller.config.generation).toEqual([]);
      const added = [...distiller.namedVariables().keys()].filter((name) => /generators|projection/.test(name));
      expect(added).toEqual(['projection_heads.0.weight']);
    });
  });

  it('leaves prefix tokens out where the models differ in them', async () => {
    await withDistiller(last, ({ config }) => expect(config.prefix).toBe(false), {
      teacher: makeTeacher({ classToken: false }),
    });
  });

  it('gives a generator a head for each 64 channels, or fewer', () => {
    const student = makeStudent();
    for (const [width, heads] of [
      [48, 1],
      [128, 2],
      [160, 2],
      [204, 3],
    ] as const) {
      const teacher = makeTeacher({ width });
      expect(completeConfig(last, { student: student.encoder, teacher }).generator.heads).toBe(heads);
      teacher.dispose();
    }
    student.dispose();
  });

  it('refuses layers that do not exist', async () => {
    expect(await refuse({ direct: pairs([5, 6]) })).toBe(
      'distill: direct alignment asks for layer 5 of the student, which has 1 to 4; name one of those',
    );
    expect(await refuse({ generation: pairs([4, 0]) })).toBe(
      'distill: generation alignment asks for layer 0 of the teacher, which has 1 to 6; name one of those',
    );
  });

  it('refuses models whose tokens are not the same', async () => {
    expect(await refuse({}, { teacher: makeTeacher({ patch: { h: 16, w: 8 } }) })).toBe(
      'distill: the student has 4x4 tokens of 8x8 pixels, the teacher 2x4 tokens of 16x8 pixels; build both for one input and one patch, so that their tokens are the same',
    );
  });

  it('refuses to align prefix tokens that only one model has', async () => {
    expect(await refuse({ prefix: true }, { teacher: makeTeacher({ classToken: false }) })).toBe(
      'distill: the student has 1 prefix tokens and the teacher 0; leave them out with prefix: false',
    );
  });

  it('refuses a configuration that leaves a part of the student untrained', async () => {
    const weights = { reconstruction: 0 };
    expect(await refuse({ weights, direct: pairs([2, 3]), generation: [] })).toBe(
      "distill: without reconstruction nothing trains the student's blocks after layer 2; align layer 4 too",
    );
    expect(await refuse({ weights, direct: [], generation: [] })).toBe(
      'distill: no layers are aligned and nothing is reconstructed; name layers, or give reconstruction a weight',
    );
  });

  it('refuses weights and heads that make no sense', async () => {
    expect(await refuse({ weights: { direct: -1 } })).toBe('distill: the weight of direct is -1; give a number from 0');
    expect(await refuse({ generator: { heads: 5 } })).toBe(
      "distill: 5 generator heads do not divide the teacher's width 48; change generator.heads",
    );
  });
});
