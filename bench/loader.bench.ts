/**
 * How fast the loader makes 224-pixel crops, against plain sharp in a loop over the same crops in the same process: reading, header,
 * decode, cut, resize. What the loader does beyond that (flip, normalise, order, hand over) is its overhead.
 *
 *   npx tsx bench/loader.bench.ts [folder, list or tar of photos] [rounds]
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRng } from '@masked-distill/base';
import {
  createBytesSource,
  createImageLoader,
  createProceduralSource,
  type ImageSource,
  openImageSource,
  randomCropBox,
  renderProcedural,
  type TrainTransform,
} from '@masked-distill/image-data';
import sharp from 'sharp';

const SIZE = 224;
const BATCH = 32;
const transform: TrainTransform = { kind: 'train', scale: [0.2, 1], ratio: [3 / 4, 4 / 3] };

sharp.concurrency(1);
sharp.cache(false);

const pack = '../shared/data/imagenet-photos-bench-0000.tar';
const [path = existsSync(pack) ? pack : undefined, rounds = '7'] = process.argv.slice(2);
const source = path === undefined ? await drawnPhotos() : await openImageSource(path);
const steps = Math.max(1, Math.floor(source.length / BATCH)) * 2;
const images = steps * Math.min(BATCH, source.length);

/** JPEGs of a photo's size, for those who have no photos at hand. */
async function drawnPhotos(): Promise<ImageSource> {
  const size = [375, 500] as const;
  const spec = { seed: 0, size, classes: createProceduralSource().classes!.length };
  const drawn = Array.from({ length: 128 }, async (_, index) => {
    const { data, width, height } = renderProcedural(spec, index);
    return {
      key: `${index}.jpg`,
      bytes: await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer(),
    };
  });
  return createBytesSource(await Promise.all(drawn), { name: 'drawn photos' });
}

function readBytes(index: number): Uint8Array {
  const { location } = source.sample(index);
  if (location.kind === 'bytes') return location.bytes;
  if (location.kind === 'file') return readFileSync(location.path);
  if (location.kind !== 'range') throw new Error(location.kind);
  const file = openSync(location.path, 'r');
  const bytes = Buffer.allocUnsafe(location.length);
  readSync(file, bytes, 0, location.length, location.offset);
  closeSync(file);
  return bytes;
}

/** The crops that the loader makes of an epoch, by sharp alone, `lanes` at a time. */
async function plainSharp(lanes: number): Promise<void> {
  const perEpoch = Math.floor(source.length / BATCH) * BATCH || source.length;
  let next = 0;
  const lane = async () => {
    while (next < images) {
      const [epoch, position] = [Math.floor(next / perEpoch), next % perEpoch];
      next++;
      const index = orders[epoch]![position]!;
      const bytes = readBytes(index);
      const { width, height } = (await sharp(bytes).metadata()).autoOrient;
      const rng = createRng(0, 'augment', epoch, index, 0);
      const box = randomCropBox({ width, height }, { scale: transform.scale!, ratio: transform.ratio!, rng });
      const crop = sharp(bytes).autoOrient().extract(box).resize(SIZE, SIZE, { fit: 'fill', kernel: 'cubic' });
      await crop.toColourspace('srgb').raw().toBuffer();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const orders = [0, 1, 2].map((epoch) => source.order(0, epoch));
const dropLast = source.length >= BATCH;
const loaders = [1, 2].map((workers) => {
  return createImageLoader(source, {
    batchSize: BATCH,
    imageSize: SIZE,
    transform,
    workers,
    dropLast,
    reuseMemory: true,
  });
});

async function throughLoader(workers: number): Promise<void> {
  for await (const { pixels } of loaders[workers - 1]!.batches({ toStep: steps }))
    if (pixels.length === 0) throw new Error();
}

/** Images per second, by the clock and by the processor time of the whole process. */
async function measure(work: () => Promise<void>): Promise<{ wall: number; core: number }> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (images * 1000) / (performance.now() - started), core: (images * 1e6) / (user + system) };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const contests = [
  { name: 'plain sharp, 1 at a time', work: () => plainSharp(1) },
  { name: 'loader, 1 worker', work: () => throughLoader(1) },
  { name: 'plain sharp, 2 at a time', work: () => plainSharp(2) },
  { name: 'loader, 2 workers', work: () => throughLoader(2) },
].map((contest) => ({ ...contest, wall: [] as number[], core: [] as number[] }));

for (const { work } of contests) await work(); // starts the workers and warms the code
for (let round = 0; round < Number(rounds); round++) {
  for (const contest of contests) {
    const { wall, core } = await measure(contest.work);
    contest.wall.push(wall);
    contest.core.push(core);
  }
}
await Promise.all(loaders.map((loader) => loader.close()));

console.log(
  `${source.length} images of ${source.name}, ${SIZE} px, ${images} a round, medians of ${rounds} interleaved rounds`,
);
console.log('');
console.log('|                          | images/s | ratio | images per core-second | ratio |');
console.log('|--------------------------|---------:|------:|-----------------------:|------:|');
for (const [i, { name, wall, core }] of contests.entries()) {
  const plain = contests[i - (i % 2)]!;
  const ratio = (values: number[], base: number[]) =>
    median(values.map((value, round) => value / base[round]!)).toFixed(2);
  const cells = [name.padEnd(24), median(wall).toFixed(0).padStart(8), ratio(wall, plain.wall).padStart(5)];
  cells.push(median(core).toFixed(0).padStart(22), ratio(core, plain.core).padStart(5));
  console.log(`| ${cells.join(' | ')} |`);
}
