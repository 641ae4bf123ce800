import { createRng } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import {
  maskSamplerConformance,
  randomMasking,
  repeatOverTime,
  runningCellMasking,
  tubeMasking,
} from '../src/index.ts';

describe('repeatOverTime', () => {
  const sampler = repeatOverTime(runningCellMasking(randomMasking({ ratio: 0.75, teacherRatio: 0.5 })));
  const cases = maskSamplerConformance(sampler, { t: 3, h: 4, w: 6 }, { tube: true, uniform: true });
  it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());

  it('repeats every list, a decoder mask too', () => {
    const { decoded } = sampler.sample({ t: 3, h: 4, w: 6 }, createRng(0));
    const slice = decoded!.slice(0, 9);
    expect([...decoded!]).toEqual([0, 24, 48].flatMap((first) => [...slice].map((token) => first + token)));
  });

  it('repeats one slice of tubes', () => {
    const grid = { t: 4, h: 3, w: 5 };
    const mask = tubeMasking({ ratio: 0.8, teacherRatio: 0.4 }).sample(grid, createRng(3));
    for (const tokens of [mask.visible, mask.extra, mask.masked]) {
      const slices = [0, 1, 2, 3].map((time) =>
        [...tokens].filter((token) => Math.floor(token / 15) === time).map((token) => token % 15),
      );
      for (const slice of slices) expect(slice).toEqual(slices[0]);
    }
  });
});

describe('randomMasking', () => {
  it('masks slices of a clip independently', () => {
    const mask = randomMasking({ ratio: 0.5 }).sample({ t: 2, h: 8, w: 8 }, createRng(3));
    const first = [...mask.visible].filter((token) => token < 64);
    const second = [...mask.visible].filter((token) => token >= 64).map((token) => token - 64);
    expect(second).not.toEqual(first);
  });
});
