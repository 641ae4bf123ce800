import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameMeanAveragePrecision, readAvaDetections, readAvaTruth } from '@masked-distill/eval';
import { encodePng } from '@masked-distill/image-data';
import { clipFrame, createProceduralActions, renderActions } from '@masked-distill/video-data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectVerb } from '../src/verbs/detect.ts';
import { inspectVerb } from '../src/verbs/inspect.ts';
import { runWords } from './run-words.ts';

const SMALL = [
  ...['--model', 'video-nano', '--depth', '2', '--image-size', '32', '--patch', '8', '--frames', '4', '--stride', '1'],
  ...['--batch-size', '4', '--engine', 'wasm', '--workers', '0', '--init', 'none'],
];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'detect-'));
});
afterAll(() => rm(root, { recursive: true }));

const detect = (...words: string[]) => runWords(['detect', ...words, '--root', root], { verbs: [detectVerb] });
const lines = async (...path: string[]) => (await readFile(join(root, ...path), 'utf8')).trimEnd().split('\n');
const jsonLines = async (...path: string[]) => (await lines(...path)).map((line) => JSON.parse(line));

const DRAWN = ['--train', 'procedural-actions:10:0', '--val', 'procedural-actions:6:1', '--no-flip', ...SMALL];

describe('detect', () => {
  it('trains on drawn videos, judges, and keeps the detections of its best', async () => {
    const { code, stdout, stderr } = await detect(...DRAWN, '--epochs', '2', '--ema', '0.5', '--name', 'drawn');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('detector of 6 actions, ViT-custom 96x2 (3 heads), 4x32x32 px, patch 2x8x8');
    const rows = await jsonLines('drawn', 'val.jsonl');
    expect(rows.map(({ step }) => step)).toEqual([2, 4]);
    const best = Math.max(...rows.flatMap(({ frameMap, emaFrameMap }) => [frameMap, emaFrameMap]));
    expect(stdout).toContain('its best detections: ');

    // The file of detections, measured anew, gives the best that the log tells.
    const { source, boxesOf } = createProceduralActions({ length: 6, seed: 1, size: 32, frames: 4 });
    const truth = new Map(
      Array.from({ length: 6 }, (_, i) => [
        `${source.sample(i).key},0000`,
        boxesOf(i).flatMap(({ box, actions }) => actions.map((action) => ({ box, label: action + 1 }))),
      ]),
    );
    const { frames } = await readAvaDetections(join(root, 'drawn', 'detections.csv'));
    expect(frameMeanAveragePrecision({ truth, detections: frames }).mean).toBeCloseTo(best, 3);
    expect(await lines('drawn', 'detections.md')).toContain(
      '| class | average precision | boxes | detections | right |',
    );

    const inspected = await runWords(['inspect', join(root, 'drawn')], { verbs: [inspectVerb] });
    expect(inspected.stdout, inspected.stderr).toContain('action detector');

    // The head started at a thousandth of its size, so that the first loss is that of equal chances.
    expect((await jsonLines('drawn', 'metrics.jsonl'))[0].loss).toBeCloseTo(Math.log(2), 2);
  }, 60_000);

  it('goes on as if it had never stopped', async () => {
    const plan = [...DRAWN, '--steps', '4', '--checkpoint-every', '1', '--name', 'whole'];
    expect((await detect(...plan)).code).toBe(0);
    const stopped = await runWords(['detect', ...plan, '--name', 'stopped', '--root', root], {
      verbs: [detectVerb],
      stopAt: 'step 1/4',
    });
    expect(stopped.code, stopped.stderr).toBe(130);
    const { code, stderr } = await detect('--resume', join(root, 'stopped'));
    expect(code, stderr).toBe(0);
    const losses = async (name: string) => (await jsonLines(name, 'metrics.jsonl')).map(({ loss }) => loss);
    expect(await losses('stopped')).toEqual(await losses('whole'));
    expect(await jsonLines('stopped', 'val.jsonl')).toEqual(await jsonLines('whole', 'val.jsonl'));
  }, 120_000);

  it("reads AVA's tables and folders of pictures, and counts what it can not read as missed", async () => {
    const { boxesOf } = createProceduralActions({ length: 3, size: 32, frames: 30 });
    const rows: string[] = [];
    for (let index = 0; index < 3; index++) {
      const folder = join(root, 'videos', `film-${index}`);
      await mkdir(folder, { recursive: true });
      const clip = renderActions({ seed: 0, size: [32, 32], frames: 30 }, index, { frames: [...Array(30).keys()] });
      for (let frame = 0; frame < 30; frame++) {
        await writeFile(
          join(folder, `img_${String(frame + 1).padStart(5, '0')}.png`),
          await encodePng(clipFrame(clip, frame)),
        );
      }
      for (const { box, actions } of boxesOf(index)) {
        for (const action of actions) rows.push(`film-${index},902,${box.join()},${action + 1},0`);
      }
    }
    const table = async (name: string, text: readonly string[]) => {
      await writeFile(join(root, name), `${text.join('\n')}\n`);
      return join(root, name);
    };
    const train = await table('train.csv', [...rows, 'absent,902,0,0,0.5,0.5,1,0']);
    const val = await table('val.csv', [
      ...rows,
      'absent,902,0,0,0.5,0.5,1,0',
      'film-0,950,0,0,0.5,0.5,1,0',
      'film-0,903,0,0,1,1,1,0',
      'film-1,902,0,0,1,1,77,0',
    ]);
    const exclude = await table('exclude.csv', ['film-0,0903']);
    const { code, stderr } = await detect(
      ...['--train', train, '--val', val, '--exclude', exclude, '--videos', join(root, 'videos')],
      ...['--first-second', '901.5', ...SMALL, '--batch-size', '2', '--epochs', '1', '--name', 'ava'],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      `videos lacks 1 of the 4 videos of ${train}, such as absent: not trained on; in judging what is in them counts as missed\n`,
    );
    expect(stderr).toContain(
      'not read, what is in it counts as missed: film-0,0950: second 48.5 is its frame 1455, and there are 30 frames',
    );
    expect(stderr).toContain(`${val}: rows of classes that do not count are left out: 1\n`);
    const { frames } = await readAvaDetections(join(root, 'ava', 'detections.csv'));
    expect([...frames.keys()].filter((key) => !key.includes('0903')).sort()).toEqual([
      'film-0,0902',
      'film-1,0902',
      'film-2,0902',
    ]);
    const truth = await readAvaTruth(val, { classes: new Set([1, 2, 3, 4, 5, 6]) });
    const [{ frameMap }] = await jsonLines('ava', 'val.jsonl');
    const judged = frameMeanAveragePrecision(
      { truth: truth.frames, detections: frames },
      { excluded: new Set(['film-0,0903']) },
    );
    expect(judged.mean).toBeCloseTo(frameMap, 3);
    expect(judged.frames).toBe(5);

    // Judged on people found: film-1's are too doubtful, film-0's second box lies outside, and nobody looked for a truth in second 904.
    const people = await table('people.csv', [
      ...['film-0,902,-0.1,0,0.5,0.5,,0.95', 'film-0,902,1.2,0,1.5,1,,0.99', 'film-0,904,0,0,1,1,,0.9'],
      `film-1,902,0,0,1,1,,0.79`,
      ...[`film-2,902,${boxesOf(2)[0]!.box},,0.8`, 'absent,902,0,0,0.5,0.5,,0.9'],
    ]);
    const again = await detect(
      ...['--train', train, '--val', val, '--videos', join(root, 'videos'), '--val-boxes', people],
      ...['--first-second', '901.5', ...SMALL, '--batch-size', '2', '--epochs', '1', '--name', 'people'],
    );
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/judged by +boxes: 2 in 2 clips\n/);
    for (const line of [
      `${people}: 2 boxes (the first in line 1) reach out of the picture`,
      `${people}: frames without ground truth are left out: 1, such as film-0,0904`,
      `${people}: nobody in 3 frames that have boxes in ${val}, such as film-1,0902: what is in them counts as missed`,
      `videos lacks 1 of the 3 videos of ${val}, such as absent: not trained on; in judging what is in them counts as missed`,
    ]) {
      expect(again.stderr).toContain(`${line}\n`);
    }
    const found = await readAvaDetections(join(root, 'people', 'detections.csv'));
    const rounded = boxesOf(2)[0]!.box.map((side) => Number(side.toFixed(6)));
    expect(new Map([...found.frames].map(([frame, own]) => [frame, own[0]!.box]))).toEqual(
      new Map([
        ['film-0,0902', [0, 0, 0.5, 0.5]],
        ['film-2,0902', rounded],
      ]),
    );
    const [row] = await jsonLines('people', 'val.jsonl');
    expect(row.frameMap).toBeGreaterThan(0);
    expect(frameMeanAveragePrecision({ truth: truth.frames, detections: found.frames }).mean).toBeCloseTo(
      row.frameMap,
      3,
    );
  }, 60_000);

  it('multiplies the scores of actions by those of people, and keeps the highest', async () => {
    const { source, boxesOf } = createProceduralActions({ length: 6, seed: 1, size: 32, frames: 4 });
    const scored = async (score: number, ...more: readonly string[]) => {
      const path = join(root, `people-${score}.csv`);
      const rows = [1, 4].map((i) => `${source.sample(i).key},0,${boxesOf(i)[0]!.box},,${score}\n`);
      await writeFile(path, rows.join(''));
      const words = ['--val-boxes', path, '--steps', '1', '--warmup-steps', '0', '--name', `people-${score}`];
      const { code, stderr } = await detect(...DRAWN, ...words, ...more);
      expect(code, stderr).toBe(0);
      return (await readAvaDetections(join(root, `people-${score}`, 'detections.csv'))).frames;
    };
    const [sure, doubtful] = [await scored(1), await scored(0.9, '--detections-per-frame', '4')];
    expect([...sure.keys()]).toEqual(['actions-1,0000', 'actions-4,0000']);
    for (const [frame, detections] of sure) {
      expect(detections).toHaveLength(6);
      expect(doubtful.get(frame)).toEqual(
        detections.slice(0, 4).map((each) => ({ ...each, score: expect.closeTo(0.9 * each.score, 5) })),
      );
    }
  }, 60_000);

  it('tells what a run would cost, and writes nothing', async () => {
    const given = await detect(...DRAWN, '--dry-run', '--steps', '1000', '--accumulation', '3', '--name', 'dry');
    expect({ code: given.code, stderr: given.stderr }).toEqual({ code: 0, stderr: '' });
    expect(given.stdout).toMatch(
      /^dry run of dry: nothing was written\n {2}model +detector of 6 actions, ViT-custom 96x2/,
    );
    expect(given.stdout).toMatch(/data +10 videos\n/);
    expect(given.stdout).toMatch(/step +[\d.]+ s for 12 samples \(3 passes of 4 samples, [\d.]+ s each\)\n/);
    expect(given.stdout).toMatch(/whole run +1,000 steps in .+ on this machine\n/);

    // 235 films of 897 labelled seconds each; drawn ones are not mirrored, though the settings ask for it.
    const drawn = await detect(...SMALL, '--dry-run', '--epochs', '2', '--name', 'dry');
    expect({ code: drawn.code, stderr: drawn.stderr }).toEqual({ code: 0, stderr: '' });
    expect(drawn.stdout).toMatch(/boxes +up to 3 in each of 210,795 clips\n/);
    expect(drawn.stdout).toContain(
      '210,795 videos, drawn, as many as AVA 2.2 has seconds of film to train on: no --train was given',
    );
    expect(drawn.stdout).toMatch(/whole run +105,396 steps/); // 2 x floor(210795 / 4)
    await expect(access(join(root, 'dry'))).rejects.toThrow('ENOENT');
  }, 60_000);

  it.each([
    ['detect-vit-s-ava', 'video-small', 1e-3, 0.6],
    ['detect-vit-b-ava', 'video-base', 2.5e-4, 0.75],
    ['detect-vit-l-ava', 'video-large', 2.5e-4, 0.75],
  ])("%s is VideoMAE's script", async (preset, model, blr, layerDecay) => {
    const { code, stdout, stderr } = await detect('--preset', preset, '--init', 'none', '--print-config');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`preset: ${model} `);
    const number = (name: string) => Number(new RegExp(`^ +${name}: ([\\d.e-]+)`, 'm').exec(stdout)![1]);
    expect(number('batchSize') * number('accumulation')).toBe(128);
    expect([number('blr'), number('layerDecay'), number('dropPath')]).toEqual([blr, layerDecay, 0.2]);
    expect([number('epochs'), number('warmupEpochs'), number('minLr')]).toEqual([30, 5, 5e-7]);
  });

  it('says in one line what can not be used', async () => {
    const table = join(root, 'small.csv');
    await writeFile(table, 'film,902,0,0,1,1,3\n');
    const outside = join(root, 'outside.csv');
    await writeFile(outside, 'film,902,2,0,3,1,3\n');
    for (const folder of [join('others', 'other'), join('twice', 'a', 'film'), join('twice', 'b', 'film')]) {
      await mkdir(join(root, folder), { recursive: true });
      for (const frame of [1, 2]) await writeFile(join(root, folder, `img_${frame}.png`), '');
    }
    const people = async (name: string, text: string) => {
      await writeFile(join(root, name), text);
      return ['--init', 'none', ...DRAWN, '--val-boxes', join(root, name)];
    };
    await writeFile(join(root, 'excluded.csv'), 'actions-0,0\n');
    const cases = [
      [
        await people('strangers.csv', 'film,902,0,0,1,1,,0.9\n'),
        `data.valBoxes: no frame of ${join(root, 'strangers.csv')} (such as film,0902) is in procedural-actions:6:1 (such as actions-0,0000); give boxes of the same videos`,
      ],
      [
        await people('doubtful.csv', 'actions-0,0,0,0,1,1,,0.7\n'),
        `data.valBoxes: ${join(root, 'doubtful.csv')} has no box with a score of 0.8 or more; lower --min-box-score, or give another table`,
      ],
      [
        await people('pixels.csv', 'actions-0,0,12,10,300,200,,0.9\n'),
        `data.valBoxes: ${join(root, 'pixels.csv')} has no box in the picture; sides are shares of its width and height, from 0 to 1`,
      ],
      [
        await people('broken.csv', 'actions-0,0,0,0,1,1,,0.9\nactions-0,0,0,0,1,1,,95\n'),
        `ava: ${join(root, 'broken.csv')} line 2: '95' is no score; write it from 0 to 1`,
      ],
      [
        [...SMALL, '--train', 'procedural-actions:10:0', '--no-flip', '--val-boxes', table],
        `data.valBoxes: ${table} says where people are, and nothing what they do; add --val PATH`,
      ],
      [
        [...SMALL, '--train', table, '--videos', join(root, 'others'), '--min-lr', '1'],
        'optim.minLr: 1 is above the learning rate 0.000015625; lower it',
      ],
      [
        [...SMALL, '--train', table, '--freeze', '3'],
        'model.freeze: 3 blocks were to stay as they are, and there are 2; lower it',
      ],
      [
        [
          ...SMALL,
          '--no-flip',
          '--train',
          'procedural-actions:10:0',
          '--val',
          'procedural-actions:1',
          '--exclude',
          join(root, 'excluded.csv'),
        ],
        `data.exclude: ${join(root, 'excluded.csv')} leaves out every frame of procedural-actions:1 that has a box; give the table of the same split`,
      ],
      [['--init', 'none'], "data.train: nothing to train on was given; add --train PATH, a table in AVA's form"],
      [
        ['--train', table],
        'model.init: nothing to start from was given; add --init PATH (a run, a checkpoint, a file of weights), or --init none',
      ],
      [['--init', 'none', '--train', table], `data.videos: where are the videos of ${table}? Add --videos FOLDER`],
      [
        ['--init', 'none', '--train', table, '--videos', join(root, 'others')],
        `data.videos: ${join(root, 'others')} has none of the 1 videos of ${table}, such as film; name the files as the table does`,
      ],
      [
        ['--init', 'none', '--train', table, '--videos', join(root, 'twice')],
        `data.videos: ${join(root, 'twice')} has two videos called film, b/film among them; keep one of them there`,
      ],
      [
        ['--init', 'none', '--train', outside],
        `detect: ${outside} has no box in the picture, of the classes that count; sides are shares of its width and height, from 0 to 1`,
      ],
      [
        ['--init', 'none', '--train', 'procedural-actions:8'],
        'data.flip: drawn shapes turn clockwise or anticlockwise, which a mirror changes; add --no-flip',
      ],
    ] as const;
    for (const [words, message] of cases) {
      const { code, stderr } = await detect(...words);
      expect(stderr.trimEnd().split('\n').at(-1)).toBe(`masked-distill: ${message}`);
      expect(code).toBe(2);
    }
  }, 60_000);
});
