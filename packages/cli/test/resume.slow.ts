import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openRunFolder, readMetrics } from '@masked-distill/train';
import { afterAll, beforeAll, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/masked-distill.js', import.meta.url));
const STEPS = 24;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'resume-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const start = (verb: string, words: readonly string[]) =>
  spawn(process.execPath, [bin, verb, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });

async function toTheEnd(verb: string, words: readonly string[]): Promise<void> {
  const child = start(verb, words);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  expect(code, said).toBe(0);
}

/** Kills a run with SIGKILL as soon as its log holds so many steps. */
async function killAfter(
  steps: number,
  { verb, words, folder }: { verb: string; words: readonly string[]; folder: string },
) {
  const child = start(verb, words);
  const closed = once(child, 'close');
  child.stderr.resume();
  for (;;) {
    const rows = await readMetrics(join(folder, 'metrics.jsonl')).catch(() => []);
    if (rows.length >= steps) break;
    await Promise.race([wait(5), closed]);
    if (child.exitCode !== null) throw new Error(`the run ended with ${child.exitCode} before step ${steps}`);
  }
  child.kill('SIGKILL');
  await closed;
}

const images = ['--data', 'procedural:96', '--model', 'nano', '--depth', '2', '--image-size', '32', '--patch', '8'];
const clips = [
  ...['--data', 'procedural-motion:96', '--model', 'video-nano', '--depth', '2', '--frames', '4', '--image-size', '16'],
  ...['--patch', '8', '--mask-ratio', '0.75'],
];
const flags = [
  ...['--engine', 'wasm', '--batch-size', '8', '--repeats', '2', '--accumulation', '2', '--drop-path', '0.1'],
  ...['--ema', '0.95', '--clip-norm', '1', '--steps', String(STEPS), '--checkpoint-every', '5 steps'],
  ...['--picture-every', '7 steps', '--keep', '2'],
];

// Runs the build: `npm run build` comes first.
it.each([
  ['pretrain', 'images', images],
  ['distill', 'images', images],
  ['pretrain', 'clips', clips],
  ['distill', 'clips', [...clips, '--teacher-mask-ratio', '0.5']],
] as const)(
  'a run of %s on %s that is killed twice ends with the losses and weights of one that never stopped, bit for bit',
  { timeout: 600_000 },
  async (verb, kind, data) => {
    const of = (what: string) => `${verb}-${kind}-${what}`;
    const [whole, killed] = [join(root, of('whole')), join(root, of('killed'))];
    const [teacher, plain] = [join(root, of('teacher')), kind === 'clips' ? clips : images];
    if (verb === 'distill') await toTheEnd('pretrain', [...plain, ...flags, '--root', root, '--name', of('teacher')]);
    const own = [...data, ...flags, '--root', root, ...(verb === 'distill' ? ['--teacher', teacher] : [])];

    await toTheEnd(verb, [...own, '--name', of('whole'), '--workers', '1']);
    await killAfter(8, { verb, words: [...own, '--name', of('killed'), '--workers', '2'], folder: killed });
    expect((await (await openRunFolder(killed)).checkpoints.loadLatest()).checkpoint.step).toBeLessThan(STEPS);
    await killAfter(17, { verb, words: ['--resume', killed, '--workers', '1'], folder: killed });
    await toTheEnd(verb, ['--resume', killed, '--workers', '0']);

    const losses = async (folder: string) =>
      (await readMetrics(join(folder, 'metrics.jsonl'))).map(
        ({ samplesPerSecond, dataSeconds, stepSeconds, ...computed }) => computed,
      );
    expect(await losses(killed)).toEqual(await losses(whole));
    expect((await losses(killed)).length).toBe(STEPS);
    for (const file of ['model.safetensors', 'optimizer.safetensors', 'ema.safetensors']) {
      const [a, b] = await Promise.all(
        [killed, whole].map((folder) => readFile(join(folder, 'checkpoints', `step-${STEPS}`, file))),
      );
      expect(a!.equals(b!), file).toBe(true);
    }
  },
);
