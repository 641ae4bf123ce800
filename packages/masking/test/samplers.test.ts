import { createRng } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockMasking,
  type MaskRatios,
  type MaskSampler,
  maskSamplerConformance,
  randomMasking,
  runningCellMasking,
  type TokenGrid,
  tubeMasking,
} from '../src/index.ts';

interface Entry {
  create(ratios: MaskRatios): MaskSampler;
  /** Grids of which the sampler claims even chances. */
  uniform(grid: TokenGrid): boolean;
  tube: boolean;
}
const always = () => true;
const samplers: Record<string, Entry> = {
  randomMasking: { create: randomMasking, uniform: always, tube: false },
  tubeMasking: { create: tubeMasking, uniform: always, tube: true },
  blockMasking: { create: blockMasking, uniform: () => false, tube: true },
  'runningCellMasking over tubes': {
    create: (ratios) => runningCellMasking(tubeMasking(ratios)),
    // Cells that are cut at the border hold more of one place than of another.
    uniform: ({ h, w }) => h % 2 === 0 && w % 2 === 0,
    tube: true,
  },
  'runningCellMasking over random': {
    create: (ratios) => runningCellMasking(randomMasking(ratios), { cell: 3, ratio: 0.34 }),
    uniform: ({ h, w }) => h % 3 === 0 && w % 3 === 0,
    tube: false,
  },
};
const grids: TokenGrid[] = [
  { t: 1, h: 14, w: 14 },
  { t: 4, h: 8, w: 8 },
  { t: 1, h: 4, w: 6 },
  { t: 3, h: 5, w: 3 },
  { t: 2, h: 6, w: 9 },
];
const ratios: MaskRatios[] = [
  { ratio: 0.75 },
  { ratio: 0.9, teacherRatio: 0.75, rounding: 'masked' },
  { ratio: 0.5, teacherRatio: 0.25, rounding: 'visible' },
];

describe.each(Object.entries(samplers))('%s', (_, { create, uniform, tube }) => {
  const cases = grids.flatMap((grid) =>
    ratios.flatMap((ratio) =>
      maskSamplerConformance(create(ratio), grid, { uniform: uniform(grid), tube }).map(({ name, run }) => ({
        name: `${name} (${grid.t}x${grid.h}x${grid.w}, ${JSON.stringify(ratio)})`,
        run,
      })),
    ),
  );
  it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());

  it('conforms on any grid, at any ratios that differ by a token', () => {
    const extent = () => fc.integer({ min: 2, max: 9 });
    const share = () => fc.double({ min: 0.25, max: 0.75, noNaN: true });
    const rounding = fc.constantFrom('visible', 'masked');
    fc.assert(
      fc.property(extent(), extent(), extent(), share(), share(), rounding, (t, h, w, a, b, rounding) => {
        const ratios = { ratio: Math.max(a, b), teacherRatio: Math.min(a, b), rounding };
        fc.pre((ratios.ratio - ratios.teacherRatio) * h * w > 1);
        for (const { run } of maskSamplerConformance(create(ratios), { t, h, w }, { tube })) void run();
      }),
      { numRuns: 40 },
    );
  });

  it('works when its functions are taken off it', () => {
    const { counts, sample } = create({ ratio: 0.75 });
    const grid = { t: 1, h: 4, w: 4 };
    expect(sample(grid, createRng(0)).masked).toHaveLength(counts(grid).masked);
  });
});

describe('counts', () => {
  // Shares of 64 are exact in binary, so that both floors can be taken in whole numbers.
  const share = () => fc.integer({ min: 1, max: 63 });
  const extent = () => fc.integer({ min: 1, max: 20 });

  it.each([
    ['masked', (n: number, hidden: number) => Math.floor((n * hidden) / 64)],
    ['visible', (n: number, hidden: number) => n - Math.floor((n * (64 - hidden)) / 64)],
  ] as const)('with the %s tokens rounded down, of the whole grid or, for tubes, of a slice', (rounding, hide) => {
    fc.assert(
      fc.property(extent(), extent(), extent(), share(), share(), (t, h, w, a, b) => {
        const [teacher, student] = [Math.min(a, b), Math.max(a, b)];
        const ratios = { ratio: student / 64, teacherRatio: teacher / 64, rounding };
        for (const [create, slots] of [
          [randomMasking, 1],
          [tubeMasking, t],
          [blockMasking, t],
        ] as const) {
          const n = (t * h * w) / slots;
          const [fromTeacher, fromStudent] = [hide(n, teacher), hide(n, student)];
          fc.pre(fromStudent > 0 && fromStudent < n && (fromStudent > fromTeacher || student === teacher));
          const sampler = create(ratios);
          expect(sampler.counts({ t, h, w })).toEqual({
            visible: slots * (n - fromStudent),
            extra: slots * (fromStudent - fromTeacher),
            masked: slots * fromStudent,
          });
          const { visible, extra, masked } = sampler.sample({ t, h, w }, createRng(a, b));
          expect([visible.length, extra.length, masked.length]).toEqual(Object.values(sampler.counts({ t, h, w })));
        }
      }),
    );
  });

  it('leave nothing extra where teacher and student have one ratio', () => {
    for (const { create } of Object.values(samplers)) {
      const mask = create({ ratio: 0.75, teacherRatio: 0.75 }).sample({ t: 2, h: 6, w: 6 }, createRng(0));
      expect(mask.extra).toHaveLength(0);
      expect(mask.visible).toHaveLength(18);
    }
  });
});
