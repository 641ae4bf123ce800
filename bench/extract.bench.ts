/**
 * How fast `extract` writes features of a ViT-S/16, against the rate of the encoder's forward pass alone at the same batch: JPEGs of 375x500
 * pixels at 224, drawn here, and clips of 16 frames of 224 px where videos are given. Rates are of the samples by which a longer call exceeds a
 * shorter one, so that starting up and compiling do not count. The target is 0.9.
 *
 *   npx tsx bench/extract.bench.ts [videos: a folder, list or tar] [--rounds 2]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createProceduralSource, renderProcedural } from '@masked-distill/image-data';
import sharp from 'sharp';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '2' } },
});
const threads = `${availableParallelism()}`;
const folder = mkdtempSync(join(tmpdir(), 'bench-extract-'));

/** Runs a program of Node; returns what it printed and the seconds it took. */
function run(words: readonly string[]): { stdout: string; seconds: number } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  return { stdout, seconds: (performance.now() - start) / 1000 };
}
const cli = (...words: string[]) => run(['packages/cli/bin/masked-distill.js', ...words]);

/** A list of as many JPEGs, of which there are 32. */
async function photos(count: number): Promise<string> {
  const spec = { seed: 0, size: [375, 500] as const, classes: createProceduralSource().classes!.length };
  for (let i = 0; i < 32; i++) {
    const { data, width, height } = renderProcedural(spec, i);
    const picture = sharp(data, { raw: { width, height, channels: 3 } });
    await picture.jpeg({ quality: 90 }).toFile(join(folder, `${i}.jpg`));
  }
  const list = join(folder, 'photos.txt');
  writeFileSync(list, Array.from({ length: count }, (_, i) => `${i % 32}.jpg\n`).join(''));
  return list;
}

/** A ViT-S of fresh weights. */
function encoderOf(name: string, data: string, words: readonly string[]): string {
  const short = ['--steps', '1', '--batch-size', '1', '--picture-every', 'off', '--workers', '0'];
  cli('pretrain', ...words, '--data', data, ...short, '--root', folder, '--name', name);
  return join(folder, name);
}

interface Subject {
  readonly title: string;
  readonly checkpoint: string;
  readonly data: string;
  /** Samples of the shorter and of the longer call. */
  readonly counts: readonly [number, number];
  readonly batch: number;
  readonly frames?: number;
}

function measure({ title, checkpoint, data, counts, batch, frames }: Subject): void {
  const clip = frames === undefined ? [] : ['--frames', `${frames}`];
  const weights = join(checkpoint, 'checkpoints', 'step-1', 'model.safetensors');
  let best = { extracting: 0, forward: 0 };
  for (let round = 0; round < Number(flags.rounds); round++) {
    const secondsOf = (limit: number) => {
      const words = ['--checkpoint', checkpoint, '--data', data, '--limit', `${limit}`, '--batch-size', `${batch}`];
      return cli('extract', ...words, '--output', join(folder, 'features.npy'), '--threads', threads).seconds;
    };
    const [fewer, more] = counts;
    const extracting = (more - fewer) / (secondsOf(more) - secondsOf(fewer));
    const words = ['bench/extract/measure-forward.mjs', weights, '--batch', `${batch}`, '--threads', threads, ...clip];
    const { samplesPerSecond: forward } = JSON.parse(run(words).stdout) as { samplesPerSecond: number };
    best = { extracting: Math.max(best.extracting, extracting), forward: Math.max(best.forward, forward) };
  }
  const { extracting, forward } = best;
  const rates = `extract ${extracting.toFixed(1)}/s, forward ${forward.toFixed(1)}/s`;
  console.log(`${title.padEnd(34)} ${rates}, ratio ${(extracting / forward).toFixed(2)} (target 0.9)`);
}

console.log(`${cpus()[0]?.model}, ${threads} cores and threads, Node ${process.version}`);
try {
  const list = await photos(448);
  const small = ['--model', 'small'];
  const images = {
    title: 'ViT-S/16, 375x500 JPEGs at 224 px',
    checkpoint: encoderOf('images', list, small),
    data: list,
  };
  measure({ ...images, counts: [64, 448], batch: 64 });
  const [videos] = positionals;
  if (videos !== undefined) {
    const checkpoint = encoderOf('clips', videos, ['--model', 'video-small', '--frames', '16']);
    const clips = { title: 'ViT-S/16, clips of 16x224x224', checkpoint, data: videos, frames: 16 };
    measure({ ...clips, counts: [4, 20], batch: 4 });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
