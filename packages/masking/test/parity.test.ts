import { type Fixture, hasFixtures, readFixture } from '@masked-distill/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { countMasked, splitByRank } from '../src/index.ts';

describe.skipIf(!hasFixtures)('parity with VideoMAE and AMD masks (needs ../shared/fixtures)', () => {
  let fixture: Fixture;
  beforeAll(() => {
    fixture = readFixture('masks');
  });
  const tokens = (name: string, value: 0 | 1) => {
    const mask = fixture.tensor(name).values;
    return Int32Array.from([...mask.keys()].filter((token) => mask[token] === value));
  };
  const ranks = (name: string) => fixture.tensor(`${name}.perm`).values as Int32Array;

  it.each([
    ['tube_8x14x14_0.90.frame_mask', 0.9],
    ['tube_8x14x14_0.75.frame_mask', 0.75],
    ['tube_4x4x4_0.75.frame_mask', 0.75],
    ['random_2x4x4_0.75.mask', 0.75],
  ])('%s', (name, ratio) => {
    const permutation = ranks(name.slice(0, name.lastIndexOf('.')));
    const mask = splitByRank(permutation, countMasked(permutation.length, { ratio, rounding: 'masked' }));
    expect(mask).toEqual({ visible: tokens(name, 0), extra: new Int32Array(0), masked: tokens(name, 1) });
  });

  it.each(['amd_8x14x14', 'amd_8x4x4'])('%s: student, teacher and what only the teacher sees', (name) => {
    const permutation = ranks(name);
    const counts = countMasked(permutation.length, { ratio: 0.9, teacherRatio: 0.75, rounding: 'masked' });
    const { student_visible, diff, student_masked, frames, totals } = fixture.facts.detail[name];
    expect(counts).toEqual({ visible: student_visible, extra: diff, masked: student_masked });
    expect(counts.extra * frames).toBe(totals.diff);

    const mask = splitByRank(permutation, counts);
    expect(mask).toEqual({
      visible: tokens(`${name}.student`, 0),
      extra: tokens(`${name}.diff`, 1),
      masked: tokens(`${name}.student`, 1),
    });
    const teacherSees = Int32Array.from([...mask.visible, ...mask.extra]).sort();
    expect(teacherSees).toEqual(tokens(`${name}.teacher`, 0));
  });
});
