import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickstartVerb } from '../src/verbs/quickstart.ts';
import { writeImages } from './nano-checkpoint.ts';
import { runWords } from './run-words.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quickstart-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (words: readonly string[], options: { stopAt?: string } = {}) =>
  runWords(['quickstart', ...words], { ...options, verbs: [quickstartVerb] });

const small = ['--teacher-steps', '4', '--steps', '3', '--batch-size', '4', '--workers', '0'];
const inRoot = (name: string) => ['--root', root, '--name', name];
const imagesOf = (folder: string, name: (i: number) => string) =>
  writeImages(
    join(root, folder),
    Array.from({ length: 30 }, (_, i) => name(i)),
  );

describe('quickstart', () => {
  it("trains a teacher and two students on one's own labelled images, and judges all three", async () => {
    const images = await imagesOf('labelled', (i) => `${'abc'[i % 3]}/${i}.png`);
    const { code, stdout, stderr } = await run([...small, ...inRoot('own'), '--data', images]);
    expect(code, stderr).toBe(0);
    for (const [title, size] of [
      ['teacher', '192 x 4'],
      ['student, masked autoencoder', '96 x 4'],
      ['student, distilled \\(AMD\\)', '96 x 4'],
    ]) {
      expect(stdout).toMatch(new RegExp(`${title} +${size} +[34] +\\S.*\\d%  +\\d+\\.\\d%\\n`));
    }
    expect(stdout).toMatch(/judged by \d+ images of 3 classes that no model was trained on; chance is 33\.3%/);
    const probed = JSON.parse(await readFile(join(root, 'own', 'amd-probe.json'), 'utf8')) as {
      data: { trainImages: number; validationImages: number };
    };
    expect(probed.data.trainImages + probed.data.validationImages).toBe(30);
    expect((await readdir(join(root, 'own', 'amd', 'pictures'))).sort()).toEqual([
      'loss.png',
      'reconstruction-000003.png',
    ]);
  });

  it('tells the story of clips with --video', async () => {
    const words = [
      '--video',
      ...small,
      ...inRoot('clips'),
      '--data',
      'procedural-motion:48:0:4',
      '--val',
      'procedural-motion:16:1:4',
    ];
    const { code, stdout, stderr } = await run(words);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/\[1 of 3\] a teacher, trained with labels\n/);
    expect(stderr).toMatch(/teacher sees +72 of 144 a clip, mask 0\.5\n/);
    expect(stdout).toMatch(/teacher +96 x 4 +4 .*\n.*autoencoder +64 x 3 +3 .*\n.*\(AMD\) +64 x 3 +3 .*\n/);
    expect(stdout).toMatch(/judged by \d+ videos of 4 classes that no model was trained on; chance is 25\.0%/);
    expect((await readdir(join(root, 'clips', 'amd', 'pictures'))).sort()).toEqual([
      ...['loss.png', 'reconstruction-000003.png', 'reconstruction-000003.webp'],
    ]);
  });

  it('goes on where it was stopped, and repeats nothing that was done', async () => {
    const images = await imagesOf('flat', (i) => `${i}.png`);
    const words = [...small, ...inRoot('stopped'), '--data', images];
    const stopped = await run(words, { stopAt: '[2 of 3]' });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toContain(`go on with: masked-distill quickstart --resume ${join(root, 'stopped')}`);
    const { code, stdout, stderr } = await run(['--resume', ...inRoot('stopped')]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${join(root, 'stopped', 'teacher')} is done`);
    expect(stdout).toContain('the images have no labels (class sub-folders would give them), so nothing was judged');
    expect((await readdir(root)).filter((folder) => folder.startsWith('stopped'))).toEqual(['stopped']);
  });

  it('says where there is none to go on with', async () => {
    const missing = await run(['--resume', ...inRoot('nowhere')]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain(
      `quickstart: ${root} has none called nowhere; leave --resume out, or give its folder`,
    );
    const other = await run(['--resume', root]);
    expect(other.stderr).toContain(
      `quickstart: ${root} has no quickstart.json, so it is none that can go on; give the folder of one`,
    );
  });
});
