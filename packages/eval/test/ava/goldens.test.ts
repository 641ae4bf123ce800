import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasSharedData, sharedPath } from '@masked-distill/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameMeanAveragePrecision, readAvaDetections, readAvaTruth, readLabelMap } from '../../src/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ava-'));
  if (hasSharedData)
    execFileSync('tar', ['-xf', sharedPath('data/eval-goldens.tar'), '-C', folder], { stdio: 'ignore' });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the official code gave, by its names; null for a class without boxes. */
type Expected = Record<string, number | null>;

describe.skipIf(!hasSharedData)("AVA's official evaluation", () => {
  it.each([
    { set: 'ava_mmaction2', labels: 'action_list.txt', detections: 'pred.csv', mean: 0.09385521885521886 },
    {
      set: 'ava_random60',
      labels: 'ava_action_list_v2.1_for_activitynet_2018.pbtxt',
      detections: 'det.csv',
      mean: 0.38101171904976733,
    },
  ])('gives the same frame-mAP and average precisions on $set', async ({ set, labels, detections, mean }) => {
    const at = (name: string) => join(folder, set, name);
    const expected = JSON.parse(readFileSync(at('expected.json'), 'utf8')) as Expected;
    const map = await readLabelMap(at(labels));
    const classes = new Set(map.map(({ id }) => id));
    const truth = await readAvaTruth(at('gt.csv'), { classes });
    const found = await readAvaDetections(at(detections), { classes });
    const judged = frameMeanAveragePrecision({ truth: truth.frames, detections: found.frames }, { classes });

    expect(Math.abs(judged.mean - mean)).toBeLessThan(1e-9);
    expect(map).toHaveLength(Object.keys(expected).length - 1);
    for (const { id, name } of map) {
      const { averagePrecision } = judged.perClass.find(({ label }) => label === id)!;
      const official = expected[`PascalBoxes_PerformanceByCategory/AP@0.5IOU/${name}`];
      if (official === null) expect(averagePrecision, name).toBeNull();
      else expect(Math.abs(averagePrecision! - official!), name).toBeLessThan(1e-9);
    }
  });
});
