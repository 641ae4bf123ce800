/**
 * How fast the loader makes clips of 16 frames at 224 pixels, against ffmpeg alone decoding the same files from their first frame to
 * their last, on one thread and without doing anything with the frames, and against ffmpeg that also scales 16 of them to RGB of that
 * size, which is the part of the loader's work that ffmpeg does too. Another row is what it takes to normalise those 16 frames and write
 * them as floats (9.6 MB) and nothing else: no loader can be quicker. The clips are spread over whole videos (uniform sampling), so that the loader too has to decode all that lies before a clip's
 * last frame. All count the frames of the files, whether wanted or not. What the loader does beyond decoding: finding out which frames
 * there are, scaling those wanted, colours, crops, normalising, handing over. Last, how long a training step has to wait that keeps the
 * main thread busy as long as a distillation step of ViT-S takes for one clip.
 *
 *   npx tsx bench/video-loader.bench.ts [--data folder, list or tar]... [--limit videos] [--rounds n] [--reader node-av|ffmpeg]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createImage, createNormalizeTable, limitSource, normalizeInto } from '@masked-distill/image-data';
import {
  type ClipLoader,
  type ClipReaderOptions,
  type ClipSource,
  type ClipTransform,
  createClipLoader,
  createClipReader,
  openClipSource,
} from '@masked-distill/video-data';

const SIZE = 224;
const FRAMES = 16;
const BATCH = 4;
const PREFETCH = 2;
/** About what a distillation step of ViT-S from ViT-B takes for one such clip on two cores, in milliseconds. */
const STEP = 860;
const STEPS = 12;
const PACKS = ['video4-train-0000.tar', 'video-native-bench-0000.tar'].map((name) => `../shared/data/${name}`);

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true },
    limit: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    reader: { type: 'string', default: 'auto' },
  },
});
const { data = PACKS.filter(existsSync), limit, rounds } = values;
const reader: ClipReaderOptions = { reader: values.reader as ClipReaderOptions['reader'] };

/** Seconds by the clock and of processor time, for so many frames of the files. */
interface Cost {
  wall: number;
  core: number;
  frames: number;
}

/** Where a video is, as ffmpeg is told. */
function urlOf(source: ClipSource, index: number): string {
  const { location } = source.sample(index);
  if (location.kind === 'file') return `file:${resolve(location.path)}`;
  if (location.kind !== 'range') throw new Error(`ffmpeg can't be told of ${location.kind}`);
  const { path, offset, length } = location;
  return `subfile,,start,${offset},end,${offset + length},,:file:${resolve(path)}`;
}

/** Runs ffmpeg on a video. It measures itself, so that what it takes to start the program is left out. */
function runFfmpeg(url: string, filters: readonly string[] = []): Cost {
  const input = ['-nostdin', '-hide_banner', '-benchmark', '-threads', '1', '-i', url, '-map', '0:v:0', '-an'];
  const { stderr, status } = spawnSync('ffmpeg', [...input, ...filters, '-f', 'null', '-'], { encoding: 'utf8' });
  const spent = /utime=([\d.]+)s stime=([\d.]+)s rtime=([\d.]+)s/.exec(stderr);
  const frames = [...stderr.matchAll(/frame=\s*(\d+)/g)].at(-1);
  if (status !== 0 || spent === null || frames === undefined) throw new Error(`ffmpeg: ${stderr.slice(-400)}`);
  const [user, system, wall] = spent.slice(1).map(Number) as [number, number, number];
  return { wall, core: user + system, frames: Number(frames[1]) };
}

/** Keeps one frame in so many, and scales it. */
const scaling = (oneIn: number): string[] => {
  const chain = `select=not(mod(n\\,${oneIn})),scale=${SIZE}:${SIZE}:flags=bicubic,format=rgb24`;
  return ['-filter_threads', '1', '-fps_mode', 'passthrough', '-vf', chain];
};

/** Normalises the frames of a clip for each of so many videos, into memory as large as the loader's. */
function runNormalize(videos: number, frames: number): Cost {
  const table = createNormalizeTable([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
  const images = Array.from({ length: FRAMES }, (_, i) => createImage(SIZE, SIZE, [i, 2 * i, 3 * i]));
  const length = SIZE * SIZE * 3;
  const out = new Float32Array(new SharedArrayBuffer((PREFETCH + 1) * BATCH * FRAMES * length * 4)).fill(1);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  for (let clip = 0; clip < videos; clip++) {
    const start = (clip % ((PREFETCH + 1) * BATCH)) * FRAMES * length;
    for (const [i, image] of images.entries()) normalizeInto(out, image, { offset: start + i * length, table });
  }
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (performance.now() - started) / 1000, core: (user + system) / 1e6, frames };
}

const sumOf = (costs: readonly Cost[]): Cost =>
  costs.reduce((sum, { wall, core, frames }) => ({
    wall: sum.wall + wall,
    core: sum.core + core,
    frames: sum.frames + frames,
  }));

/**
 * Goes through the source three times and measures the last two, less the batches made ahead by then. After the first time the workers run,
 * their code is warm, and all memory has been touched.
 */
async function runLoader(loader: ClipLoader, framesOf: ReadonlyMap<string, number>): Promise<Cost> {
  let [started, cpu] = [0, process.cpuUsage()];
  let frames = 0;
  const { stepsPerEpoch } = loader;
  for await (const { step, keys } of loader.batches({ toStep: 3 * stepsPerEpoch })) {
    if (step === stepsPerEpoch - 1) [started, cpu] = [performance.now(), process.cpuUsage()];
    if (step >= stepsPerEpoch + PREFETCH) for (const key of keys) frames += framesOf.get(key)!;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (performance.now() - started) / 1000, core: (user + system) / 1e6, frames };
}

const TRANSFORMS: readonly (readonly [string, ClipTransform])[] = [
  ['training crops', { kind: 'train' }],
  ['middle crops', { kind: 'eval' }],
];

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

async function bench(path: string): Promise<void> {
  const source = limitSource(await openClipSource(path), Number(limit));
  const sampling = { kind: 'uniform', frames: FRAMES } as const;
  const order = { batchSize: BATCH, prefetch: PREFETCH, shuffle: false, dropLast: false, reuseMemory: true };
  const contests = TRANSFORMS.flatMap(([what, transform]) =>
    [1, 2].map((workers) => ({
      name: `loader, ${what}, ${workers} worker${workers === 1 ? '' : 's'}`,
      loader: createClipLoader(source, { ...order, size: SIZE, sampling, transform, workers, reader }),
      costs: [] as Cost[],
    })),
  );
  const [plain, scaled, normalised]: [Cost[], Cost[], Cost[]] = [[], [], []];
  for (let round = 0; round < Number(rounds); round++) {
    const urls = Array.from({ length: source.length }, (_, i) => urlOf(source, i));
    const decoded = urls.map((url) => runFfmpeg(url));
    plain.push(sumOf(decoded));
    const frames = decoded.map((cost) => cost.frames);
    scaled.push(
      sumOf(urls.map((url, i) => ({ ...runFfmpeg(url, scaling(Math.ceil(frames[i]! / FRAMES))), frames: frames[i]! }))),
    );
    normalised.push(
      runNormalize(
        source.length,
        frames.reduce((sum, count) => sum + count, 0),
      ),
    );
    const framesOf = new Map(frames.map((count, i) => [source.sample(i).key, count]));
    for (const { loader, costs } of contests) {
      costs.push(await runLoader(loader, framesOf));
      await loader.close();
    }
  }
  const { frames } = plain[0]!;
  console.log(
    `\n${source.length} videos of ${source.name}, ${frames} frames, medians of ${rounds} interleaved rounds, read by ${await choice()}\n`,
  );
  console.log('| | clips/s | frames/s | ratio | frames per core-second | ratio |');
  console.log('|---|---:|---:|---:|---:|---:|');
  const row = (name: string, costs: readonly Cost[]) => {
    const rates = (part: 'wall' | 'core') => costs.map((cost) => cost.frames / cost[part]);
    const ratio = (part: 'wall' | 'core') =>
      median(rates(part).map((rate, i) => rate / (plain[i]!.frames / plain[i]![part]))).toFixed(2);
    const clips = !name.startsWith('loader') ? '' : ((median(rates('wall')) * source.length) / frames).toFixed(1);
    const cells = [
      clips,
      median(rates('wall')).toFixed(0),
      ratio('wall'),
      median(rates('core')).toFixed(0),
      ratio('core'),
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  };
  row('ffmpeg, decoding alone', plain);
  row('ffmpeg, scaling 16 frames too', scaled);
  row('normalising 16 frames alone', normalised);
  for (const { name, costs } of contests) row(name, costs);
  const share = await waitingShare(source);
  console.log(
    `\nA training step of ${STEP} ms on a clip of 16 x 4 frames waits for ${(100 * share).toFixed(1)} % of its time (1 worker).`,
  );
}

/** The share of its time that a training step waits for its batch of one clip, with one worker. */
async function waitingShare(source: ClipSource): Promise<number> {
  const sampling = { kind: 'dense', frames: FRAMES, stride: 4 } as const;
  const loader = createClipLoader(source, {
    batchSize: 1,
    size: SIZE,
    sampling,
    workers: 1,
    reader,
    reuseMemory: true,
  });
  let [waited, started] = [0, 0];
  for await (const { step, waitSeconds } of loader.batches({ toStep: STEPS })) {
    if (step > 0) waited += waitSeconds;
    else started = performance.now();
    const end = performance.now() + STEP;
    while (performance.now() < end);
  }
  const seconds = (performance.now() - started) / 1000;
  await loader.close();
  return waited / seconds;
}

async function choice(): Promise<string> {
  const chosen = await createClipReader(reader);
  await chosen.close();
  return chosen.choice;
}

if (data.length === 0) console.log('skipped: no videos at hand; give some with --data');
else if (spawnSync('ffmpeg', ['-version']).status !== 0) console.log('skipped: there is no ffmpeg to compare with');
else for (const path of data) await bench(path);
