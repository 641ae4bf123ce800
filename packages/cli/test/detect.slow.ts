import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DetectedBox, frameMeanAveragePrecision, type TruthBox } from '@masked-distill/eval';
import { createRng } from '@masked-distill/tensor-core';
import { createProceduralActions } from '@masked-distill/video-data';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { detectVerb } from '../src/verbs/detect.ts';
import { runWords } from './run-words.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'detect-'));
});
afterAll(() => rm(root, { recursive: true }));

const SET = { length: 32, seed: 0, size: 48, frames: 8 };

/** Frame-mAP of scores that are drawn, on the boxes of the set. */
function chance(): number {
  const { actions, boxesOf } = createProceduralActions(SET);
  const rng = createRng(0);
  const truth = new Map<string, TruthBox[]>();
  const detections = new Map<string, DetectedBox[]>();
  for (let index = 0; index < SET.length; index++) {
    const boxes = boxesOf(index);
    truth.set(
      String(index),
      boxes.flatMap(({ box, actions: done }) => done.map((label) => ({ box, label }))),
    );
    detections.set(
      String(index),
      boxes.flatMap(({ box }) => actions.map((_, label) => ({ box, label, score: rng.uniform() }))),
    );
  }
  return frameMeanAveragePrecision({ truth, detections }).mean;
}

// Judged by the videos that it is trained on: it shows that gradients reach all that they have to, not how well it generalises.
it('learns by heart what the shapes of some videos do', async () => {
  const drawn = `procedural-actions:${SET.length}:${SET.seed}`;
  const { code, stderr } = await runWords(
    [
      ...['detect', '--train', drawn, '--val', drawn, '--init', 'none', '--model', 'video-nano', '--image-size', '48'],
      ...['--patch', '8', '--frames', '8', '--stride', '1', '--no-flip', '--no-jitter', '--drop-path', '0'],
      ...['--steps', '120', '--warmup-steps', '12', '--batch-size', '8', '--lr', '1e-3', '--layer-decay', '1'],
      ...['--head-init-scale', '1', '--eval-every', '60', '--root', root],
    ],
    { verbs: [detectVerb] },
  );
  expect(code, stderr).toBe(0);
  const rows = (await readFile(join(root, 'detect', 'val.jsonl'), 'utf8')).trim().split('\n');
  expect(chance()).toBeLessThan(0.35);
  expect((JSON.parse(rows.at(-1)!) as { frameMap: number }).frameMap).toBeGreaterThan(0.9);
}, 600_000);
