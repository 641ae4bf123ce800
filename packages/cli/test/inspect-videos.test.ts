import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@masked-distill/image-data';
import { VideoMaskedAutoencoder } from '@masked-distill/mae';
import { createRng, stateDict, useEngine, writeSafetensors } from '@masked-distill/tensor-core';
import { clipFrame, createProceduralMotionSource, renderMotion } from '@masked-distill/video-data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESCRIPTION_KEY, describeModel } from '../src/tasks/model-description.ts';
import { inspectVerb } from '../src/verbs/inspect.ts';
import { normalization, runVerb } from './nano-checkpoint.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'inspect-videos-'));
  const source = createProceduralMotionSource({ length: 3, size: [16, 24], frames: 5 });
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    const { location } = source.sample(i);
    if (location.kind !== 'procedural') throw new Error('not procedural');
    const clip = renderMotion(location.spec, location.index, { frames: [0, 1, 2, 3, 4] });
    await mkdir(join(root, 'frames', name), { recursive: true });
    for (let frame = 0; frame < 5; frame++) {
      const path = join(root, 'frames', name, `img_0000${frame + 1}.png`);
      await writeFile(path, await encodePng(clipFrame(clip, frame)));
    }
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

const inspect = (...words: string[]) => runVerb(inspectVerb, ['inspect', '--workers', '0', ...words]);
const at = (name: string) => join(root, name);

describe('inspect on videos', () => {
  it('checks every line of a list, and writes what it found', async () => {
    await writeFile(at('list.txt'), 'a 5 0\n\nb 7 1\ngone 5 1\nc 5 0\n');
    const { code, stdout, stderr } = await inspect(
      ...['--data', at('list.txt'), '--root', at('frames'), '--as', 'videos', '--output', at('report.md')],
    );
    expect([code, stderr]).toEqual([0, '']);
    const body = [
      '  videos   4: 2 readable, 2 not',
      '  classes  2 of 2 videos each',
      '  width    24 px',
      '  height   16 px',
      '  frames   5 a video',
    ];
    expect(stdout.startsWith(`videos ${at('list.txt')}\n${body.join('\n')}\n`), stdout).toBe(true);
    expect(stdout).toMatch(/\nunreadable\n {2}line 3 +b +\S.*\n {2}line 4 +gone +\S.*\n$/);
    const report = await readFile(at('report.md'), 'utf8');
    expect(report.startsWith(`# videos ${at('list.txt')}\n\n~~~text\n  videos   4: 2 readable, 2 not\n`)).toBe(true);

    await inspect('--data', at('list.txt'), '--root', at('frames'), '--as', 'videos', '--output', at('report.json'));
    const [told] = JSON.parse(await readFile(at('report.json'), 'utf8'));
    expect(told).toMatchObject({ kind: 'videos', path: at('list.txt'), videos: 4, readable: 2 });
    expect(told.unreadable.map(({ key, line }: { key: string; line: number }) => [key, line])).toEqual([
      ['b', 3],
      ['gone', 4],
    ]);
  });

  it('tells a list of videos by its lines, and names a label out of range', async () => {
    await writeFile(at('videos.csv'), '# K400\ngone.mp4 0\n');
    expect((await inspect(at('videos.csv'))).stderr).toBe(
      `masked-distill: list: ${at('videos.csv')} line 2: there is no ${at('gone.mp4')}; give the root that paths start from if it is another folder\n`,
    );
    const range = await inspect('--data', at('list.txt'), '--root', at('frames'), '--as', 'videos', '--classes', '1');
    expect(range.code).toBe(2);
    expect(range.stderr).toContain(`${at('list.txt')} line 3`);
  });
});

describe('inspect on a model of clips', () => {
  it('tells its clip, its cubes and its targets', async () => {
    await useEngine({ prefer: 'wasm' });
    const sizes = { frames: 4, imageSize: { h: 16, w: 24 }, patch: { t: 2, h: 8, w: 8 } };
    const model = new VideoMaskedAutoencoder(
      { encoder: { ...sizes, width: 16, depth: 2, heads: 2 }, decoder: { width: 8, depth: 1, heads: 2 } },
      { rng: createRng(0) },
    );
    const metadata = { [DESCRIPTION_KEY]: JSON.stringify(describeModel(model, normalization)) };
    await writeSafetensors(at('clips.safetensors'), await stateDict(model.namedVariables()), { metadata });
    model.dispose();
    const { code, stdout, stderr } = await inspect(at('clips.safetensors'));
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/ {2}model +masked autoencoder of clips\n/);
    expect(stdout).toMatch(/ {2}clip +4 frames of 16x24 px in patches of 2x8x8: 12 tokens\n/);
    expect(stdout).toMatch(/ {2}targets +pixels, normalised channel by channel in each cube\n/);
    expect(stdout).toMatch(/ {2}names +as by VideoMAE/);
  });
});
