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

const DRAWN = { size: 48, frames: 8 };

/** Frame-mAP of scores that are drawn, on the boxes of the set. */
function chance({ length, seed }: { length: number; seed: number }): number {
  const { actions, boxesOf } = createProceduralActions({ ...DRAWN, length, seed });
  const rng = createRng(0);
  const truth = new Map<string, TruthBox[]>();
  const detections = new Map<string, DetectedBox[]>();
  for (let index = 0; index < length; index++) {
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

/** Trains a nano model from fresh weights, and gives the frame-mAP after its last step. */
async function train(name: string, ...words: readonly string[]): Promise<number> {
  const { code, stderr } = await runWords(
    [
      ...['detect', '--init', 'none', '--model', 'video-nano', '--image-size', '48', '--patch', '8', '--frames', '8'],
      ...['--stride', '1', '--no-flip', '--no-jitter', '--drop-path', '0', '--layer-decay', '1'],
      ...['--head-init-scale', '1', '--root', root, '--name', name, ...words],
    ],
    { verbs: [detectVerb] },
  );
  expect(code, stderr).toBe(0);
  const rows = (await readFile(join(root, name, 'val.jsonl'), 'utf8')).trim().split('\n');
  return (JSON.parse(rows.at(-1)!) as { frameMap: number }).frameMap;
}

// Judged by the videos that it is trained on: it shows that gradients reach all that they have to, not how well it generalises.
it('learns by heart what the shapes of some videos do', async () => {
  const drawn = 'procedural-actions:32:0';
  const length = ['--steps', '120', '--warmup-steps', '12', '--batch-size', '8', '--lr', '1e-3', '--eval-every', '60'];
  const learned = await train('by-heart', '--train', drawn, '--val', drawn, ...length);
  expect(chance({ length: 32, seed: 0 })).toBeLessThan(0.35);
  expect(learned).toBeGreaterThan(0.9);
}, 600_000);

it('tells what shapes do in videos that it has not seen', async () => {
  const length = [
    '--steps',
    '450',
    '--warmup-steps',
    '24',
    '--batch-size',
    '32',
    '--lr',
    '2e-3',
    '--eval-every',
    '450',
  ];
  const learned = await train(
    'unseen',
    ...['--train', 'procedural-actions:20000:0', '--val', 'procedural-actions:400:1', '--tubelet', '8', ...length],
  );
  expect(chance({ length: 400, seed: 1 })).toBeLessThan(0.3);
  expect(learned).toBeGreaterThan(0.4);
}, 900_000);
