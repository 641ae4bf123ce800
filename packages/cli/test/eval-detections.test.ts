import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evalDetectionsVerb } from '../src/verbs/eval-detections.ts';
import { runVerb } from './nano-checkpoint.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detections-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

const run = (...words: string[]) =>
  runVerb(evalDetectionsVerb, ['eval-detections', ...words, '--output', join(folder, 'out')]);

// Class 1 is found in film,0902 and excluded in film,0904; class 2 is missed, class 3 not there, class 9 does not count.
const TRUTH = [
  ...['film,902,0,0,0.5,1,1,0', 'film,902,0.5,0,1,1,2,1', 'film,903', 'film,904,0,0,1,1,1,0', 'film,904,0,0,1,1,9,0'],
];
const DETECTIONS = [
  ...['film,902,0,0,0.5,0.9,1,0.8', 'film,903,0,0,1,1,1,0.7', 'film,904,0.9,0,1,1.2,1,0.9', 'other,1,0,0,1,1,1,0.5'],
];
const LABELS = [1, 2, 3].map((id) => `item { name: "action ${'abc'[id - 1]}" id: ${id} }`);

describe('eval-detections', () => {
  it('prints and writes the frame-mAP and each class', async () => {
    const truth = await write('truth.csv', TRUTH);
    const detections = await write('detections.csv', DETECTIONS);
    const labels = await write('labels.pbtxt', LABELS);
    const exclude = await write('exclude.csv', ['film,0904']);
    const { code, stdout, stderr } = await run(
      ...[detections, '--ground-truth', truth, '--labels', labels, '--exclude', exclude],
    );
    expect(code, stderr).toBe(0);
    const report = `# ${detections} against ${truth}

frame-mAP 50.00% at an overlap of 0.5, over 2 classes with boxes in 2 frames; the 50 highest scores of a frame count.

| class | average precision | boxes | detections | right |
|---|---:|---:|---:|---:|
| 1 action a | 100.00% | 1 | 2 | 1 |
| 2 action b | 0.00% | 1 | 0 | 0 |
| 3 action c | – | 0 | 0 | 0 |
`;
    expect(stdout).toBe(`${report}\nresults in ${join(folder, 'out')}: results.md, results.json\n`);
    expect(await readFile(join(folder, 'out', 'results.md'), 'utf8')).toBe(report);
    expect(stderr).toBe(
      `${detections}: 1 box (in line 3) reaches out of the picture\n` +
        `${detections}: frames without ground truth are left out: 1, such as other,0001\n`,
    );
    expect(JSON.parse(await readFile(join(folder, 'out', 'results.json'), 'utf8'))).toMatchObject({
      detections,
      groundTruth: truth,
      labels,
      exclude,
      iou: 0.5,
      detectionsPerFrame: 50,
      frames: 2,
      unknownFrames: 1,
      meanAveragePrecision: 0.5,
      perClass: [
        { name: 'action a', label: 1, averagePrecision: 1, boxes: 1, detections: 2, right: 1 },
        { name: 'action b', label: 2, averagePrecision: 0, boxes: 1, detections: 0, right: 0 },
        { name: 'action c', label: 3, averagePrecision: null, boxes: 0, detections: 0, right: 0 },
      ],
    });
  });

  it('takes the classes of the ground truth where there is no label map', async () => {
    const truth = await write('truth.csv', TRUTH);
    const { stdout } = await run(await write('detections.csv', DETECTIONS), '--ground-truth', truth);
    // Class 1: of 2 boxes one is found, by the second of 3 detections.
    expect(stdout).toContain('| 1 | 25.00% | 2 | 3 | 1 |\n| 2 | 0.00% | 1 | 0 | 0 |\n| 9 | 0.00% | 1 | 0 | 0 |\n');
  });

  it('says in one line what can not be used', async () => {
    const truth = await write('truth.csv', TRUTH);
    const strange = await write('strange.csv', ['film.mp4,902,0,0,1,1,1,0.5']);
    const cases = [
      [[strange], 'eval-detections: no ground truth was given; add --ground-truth PATH'],
      [
        [strange, '--ground-truth', truth],
        `eval-detections: no frame of ${strange} (such as film.mp4,0902) is in ${truth} (such as film,0902); give detections of the same videos`,
      ],
      [
        [await write('short.csv', ['film,902,0,0,1']), '--ground-truth', truth],
        `ava: ${join(folder, 'short.csv')} line 1: 5 columns; write video,second,x1,y1,x2,y2,action,score, or video,second alone for a frame without boxes; no header`,
      ],
    ] as const;
    for (const [words, message] of cases) {
      const { code, stderr } = await run(...words);
      expect(stderr).toBe(`masked-distill: ${message}\n`);
      expect(code).toBe(2);
    }
  });
});
