import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InputError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import {
  type Batch,
  createBytesSource,
  createImageLoader,
  createProceduralSource,
  denormalize,
  type ImageBytes,
  type ImageLoaderOptions,
  type ImageSource,
  type UnreadableReport,
} from '../src/index.ts';
import { planBatches } from '../src/loader/batch-plan.ts';
import { difference, noiseImage, pngOf, smoothImage } from './support/images.ts';

const procedural = createProceduralSource({ length: 40, size: 24 });
const small = { batchSize: 8, imageSize: 16, workers: 0 } as const;

/** All batches of some steps. */
async function collect(
  source: ImageSource,
  options: ImageLoaderOptions,
  range: { fromStep?: number; toStep?: number } = {},
): Promise<Batch[]> {
  const loader = createImageLoader(source, options);
  const batches: Batch[] = [];
  for await (const batch of loader.batches(range)) batches.push(batch);
  await loader.close();
  return batches;
}

const timeless = (batches: Batch[]) => batches.map(({ waitSeconds, ...batch }) => batch);

/** Pictures in memory, those at `broken` cut short. */
async function pictures(count: number, broken: readonly number[] = []): Promise<ImageSource> {
  const items = Array.from({ length: count }, async (_, i): Promise<ImageBytes> => {
    const bytes = await pngOf(noiseImage(20, 20, i));
    return { key: `${i}.png`, label: i % 2, bytes: broken.includes(i) ? bytes.subarray(0, 60) : bytes };
  });
  return createBytesSource(await Promise.all(items), { classes: ['even', 'odd'] });
}

describe('createImageLoader', () => {
  it('makes batches of normalised pixels, labels and keys', async () => {
    const [first, ...rest] = await collect(procedural, small);
    expect(rest).toHaveLength(4);
    expect(first!.shape).toEqual([8, 16, 16, 3]);
    expect(first!.pixels).toHaveLength(8 * 16 * 16 * 3);
    expect(first!.keys).toHaveLength(8);
    expect([...first!.labels!]).toEqual(first!.keys.map((key) => Number(key.split('-')[1]) % 12));
    const keys = [first!, ...rest].flatMap((batch) => batch.keys);
    expect(new Set(keys).size).toBe(40);
    const seen = [...first!.pixels];
    expect(Math.max(...seen)).toBeLessThan(2.7);
    expect(Math.min(...seen)).toBeGreaterThan(-2.2);
  });

  it('gives the same batches whatever the number of workers and however far ahead it works', async () => {
    const options = {
      ...small,
      seed: 3,
      repeats: 2,
      transform: { kind: 'train', colorJitter: { hue: 0.1 }, randAugment: {} },
    } as const;
    const alone = timeless(await collect(procedural, options, { toStep: 8 }));
    expect(alone.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
      [1, 5],
      [1, 6],
      [1, 7],
    ]);
    expect(timeless(await collect(procedural, { ...options, workers: 1, prefetch: 1 }, { toStep: 8 }))).toEqual(alone);
    expect(timeless(await collect(procedural, { ...options, workers: 3, prefetch: 5 }, { toStep: 8 }))).toEqual(alone);
  });

  it('goes on at any step as if it had never stopped', async () => {
    const whole = timeless(await collect(procedural, small, { toStep: 12 }));
    for (const fromStep of [1, 4, 5, 11]) {
      expect(timeless(await collect(procedural, small, { fromStep, toStep: 12 }))).toEqual(whole.slice(fromStep));
    }
    expect(timeless(await collect(procedural, small, { fromStep: 7 }))).toEqual(whole.slice(7, 10)); // to the end of that epoch
  });

  it('shuffles and augments anew in each epoch, and by the seed', async () => {
    const keysOf = (batches: Batch[]) => batches.flatMap((batch) => batch.keys).join();
    const epochs = await collect(procedural, small, { toStep: 10 });
    expect(keysOf(epochs.slice(0, 5))).not.toBe(keysOf(epochs.slice(5)));
    const other = await collect(procedural, { ...small, seed: 1 });
    expect(keysOf(other)).not.toBe(keysOf(epochs.slice(0, 5)));
    const still = await collect(procedural, { ...small, transform: { kind: 'eval' } });
    expect(still.flatMap(({ keys }) => keys)).toEqual(Array.from({ length: 40 }, (_, i) => procedural.sample(i).key));
  });

  it('puts several crops of a picture next to each other', async () => {
    const [batch] = await collect(procedural, { ...small, repeats: 3, shuffle: false });
    expect(batch!.shape).toEqual([24, 16, 16, 3]);
    expect(batch!.keys.slice(0, 4)).toEqual(['procedural-00', 'procedural-00', 'procedural-00', 'procedural-01']);
    expect([...batch!.labels!.slice(0, 4)]).toEqual([0, 0, 0, 1]);
    const crop = (i: number) => batch!.pixels.slice(i * 768, (i + 1) * 768);
    expect(crop(0)).not.toEqual(crop(1));
    // The first crop is the one that a loader without repeats makes.
    const [single] = await collect(procedural, { ...small, shuffle: false });
    expect(crop(3)).toEqual(single!.pixels.slice(768, 2 * 768));
  });

  it('evaluates on the centre crop, the last batch being what is left', async () => {
    const image = smoothImage(20, 20);
    const source = createBytesSource([
      { key: 'a', bytes: await pngOf(image) },
      { key: 'b', bytes: await pngOf(image) },
    ]);
    const batches = await collect(source, {
      ...small,
      imageSize: [20, 10],
      batchSize: 8,
      transform: { kind: 'eval', cropShare: 1 },
    });
    expect(batches.map(({ shape }) => shape)).toEqual([[2, 20, 10, 3]]);
    expect(batches[0]!.labels).toBeUndefined();
    const shown = denormalize(batches[0]!.pixels.subarray(0, 600), { width: 10, height: 20 });
    const middle = image.data.filter((_, i) => Math.floor(i / 3) % 20 >= 5 && Math.floor(i / 3) % 20 < 15);
    expect(difference(shown, { data: middle, width: 10, height: 20 }).max).toBeLessThanOrEqual(1);
  });

  it('takes ten crops: four corners, the middle, and their mirror images', async () => {
    const image = noiseImage(24, 24);
    const source = createBytesSource([{ key: 'a', bytes: await pngOf(image) }]);
    const transform = { kind: 'eval', cropShare: 16 / 24, crops: 10 } as const;
    const [batch] = await collect(source, { ...small, batchSize: 1, transform });
    expect(batch!.shape).toEqual([10, 16, 16, 3]);
    expect(batch!.keys).toEqual(Array.from({ length: 10 }, () => 'a'));
    const corners = [
      [0, 0],
      [8, 0],
      [0, 8],
      [8, 8],
      [4, 4],
    ] as const;
    const expected = [false, true].flatMap((isMirrored) =>
      corners.map(([left, top]) => {
        const data = Array.from({ length: 16 * 16 * 3 }, (_, i) => {
          const [row, column] = [Math.floor(i / 48), Math.floor(i / 3) % 16];
          const x = left + (isMirrored ? 15 - column : column);
          return image.data[((top + row) * 24 + x) * 3 + (i % 3)]!;
        });
        return { data: Uint8Array.from(data), width: 16, height: 16 };
      }),
    );
    for (const [place, crop] of expected.entries()) {
      const shown = denormalize(batch!.pixels.subarray(place * 768, (place + 1) * 768), { width: 16, height: 16 });
      expect(difference(shown, crop).max).toBeLessThanOrEqual(1);
    }
  });

  it('hands out memory of its own, unless told to reuse it', async () => {
    const kept = await collect(procedural, { ...small, workers: 1 });
    const loader = createImageLoader(procedural, { ...small, workers: 1, reuseMemory: true, prefetch: 1 });
    const memory = new Set<unknown>();
    for await (const { pixels, step } of loader.batches()) {
      expect(pixels).toEqual(kept[step]!.pixels);
      memory.add(pixels.buffer);
    }
    expect(memory.size).toBe(2);
    expect(new Set(kept.map(({ pixels }) => pixels.buffer)).size).toBe(5);
    await loader.close();
  });

  it('measures how long it kept the consumer waiting', async () => {
    const loader = createImageLoader(procedural, small);
    let waited = 0;
    for await (const { waitSeconds } of loader.batches({ toStep: 3 })) waited += waitSeconds;
    expect(loader.stats()).toEqual({ batches: 3, images: 24, waitSeconds: waited, unreadable: [] });
    expect(waited).toBeGreaterThan(0);
  });

  it.each([
    [{ batchSize: 0 }, 'loader: batchSize is 0; give a whole number from 1 to 1048576'],
    [{ workers: -1 }, 'loader: workers is -1; give a whole number from 0 to 256'],
    [{ repeats: 1.5 }, 'loader: repeats is 1.5; give a whole number from 1 to 1024'],
    [
      { repeats: 10, transform: { kind: 'eval' } },
      'loader: repeats are of training; for several crops in evaluation give the transform crops: 10',
    ],
    [{ transform: { kind: 'eval', crops: 5 } }, 'transform: crops is 5; give 1 or 10'],
    [{ prefetch: 0 }, 'loader: prefetch is 0; give a whole number from 1 to 1024'],
    [{ maxUnreadableShare: 2 }, 'loader: maxUnreadableShare is 2; give a share from 0 to 1'],
    [
      { batchSize: 41 },
      'loader: batchSize 41 is more than the 40 images of procedural images; make it smaller or set dropLast: false',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => createImageLoader(procedural, { ...small, ...options } as ImageLoaderOptions)).toThrow(
      new InputError(message),
    );
  });

  it('refuses a step that is none', async () => {
    await expect(collect(procedural, small, { fromStep: -1 })).rejects.toThrow(
      'loader: fromStep is -1; steps count from 0',
    );
  });
});

describe('unreadable pictures', () => {
  const options = { ...small, shuffle: false, maxUnreadableShare: 0.2 } as const;

  it('are reported once, counted, and replaced by the next one, the same for any number of workers', async () => {
    const source = await pictures(40, [2, 3, 39]);
    for (const workers of [0, 2]) {
      const reports: UnreadableReport[] = [];
      const loader = createImageLoader(source, { ...options, workers, onUnreadable: (report) => reports.push(report) });
      const keys: string[] = [];
      const labels: number[] = [];
      for await (const batch of loader.batches({ toStep: 10 })) {
        keys.push(...batch.keys);
        labels.push(...batch.labels!);
      }
      await loader.close();
      expect(keys.slice(0, 5)).toEqual(['0.png', '1.png', '4.png', '4.png', '4.png']);
      expect(labels.slice(0, 5)).toEqual([0, 1, 0, 0, 0]);
      expect(keys[39]).toBe('0.png');
      expect(keys.slice(40)).toEqual(keys.slice(0, 40));
      expect(reports.map(({ key }) => key).sort()).toEqual(['2.png', '3.png', '39.png']);
      expect(reports[0]!.reason).toMatch(/^(vipspng: )?\S/);
      expect(loader.stats().unreadable).toEqual(reports);
    }
  });

  it('keep their places where nothing is to stand in for them, even all of them', async () => {
    const reports: UnreadableReport[] = [];
    const evaluate: ImageLoaderOptions = {
      ...small,
      batchSize: 2,
      transform: { kind: 'eval' },
      maxUnreadableShare: 1,
      replaceUnreadable: false,
      onUnreadable: (report) => reports.push(report),
    };
    const some = await collect(await pictures(4, [0, 2]), evaluate);
    expect(some.flatMap(({ keys }) => keys)).toEqual(['0.png', '1.png', '2.png', '3.png']);
    expect(some.flatMap(({ labels }) => [...labels!])).toEqual([0, 1, 0, 1]);
    expect(some.map(({ failed }) => failed)).toEqual([[0], [0]]);
    for (const { pixels } of some) {
      expect(pixels.subarray(0, 768).every((value) => value === 0)).toBe(true);
      expect(pixels.subarray(768).some((value) => value !== 0)).toBe(true);
    }
    const none = await collect(await pictures(2, [0, 1]), evaluate);
    expect(none.flatMap(({ keys }) => keys)).toEqual(['0.png', '1.png']);
    expect(reports.map(({ index }) => index)).toEqual([0, 2, 0, 1]);
  });

  it('leave the random streams of all places as they are', async () => {
    const [sound] = await collect(await pictures(16), options);
    const [spoilt] = await collect(await pictures(16, [3]), options);
    const crop = (batch: Batch, i: number) => batch.pixels.slice(i * 768, (i + 1) * 768);
    for (const i of [0, 1, 2, 4, 5, 6, 7]) expect(crop(spoilt!, i)).toEqual(crop(sound!, i));
    expect(spoilt!.keys[3]).toBe('4.png');
    expect(crop(spoilt!, 3)).not.toEqual(crop(spoilt!, 4));
  });

  it('stop the run when there are too many, naming the first few', async () => {
    const source = await pictures(16, [1, 4, 6, 9, 12]);
    await expect(collect(source, options)).rejects.toThrow(
      /^loader: 4 of the 16 images tried from memory are unreadable, more than maxUnreadableShare 0\.2 allows: 1\.png \(.+\), 4\.png \(.+\), 6\.png \(.+\), and 1 more$/,
    );
    await expect(collect(await pictures(16, [5]), { ...options, maxUnreadableShare: 0 })).rejects.toBeInstanceOf(
      InputError,
    );
    await expect(
      collect(await pictures(8, [0, 1, 2, 3, 4, 5, 6, 7]), { ...options, maxUnreadableShare: 1 }),
    ).rejects.toThrow(/^loader: 8 of the 8 images tried/);
  });

  it('include files over the pixel limit', async () => {
    const loader = createImageLoader(await pictures(8), { ...options, maxPixels: 300 });
    await expect(loader.batches().next()).rejects.toThrow(/exceeds pixel limit|over the limit of 300/);
  });
});

describe('planBatches', () => {
  it('covers every epoch once, with what is left over last or left out', () => {
    const plan = (dropLast: boolean) => planBatches(procedural, { batchSize: 16, seed: 0, shuffle: true, dropLast });
    expect(plan(true).stepsPerEpoch).toBe(2);
    expect(plan(false).stepsPerEpoch).toBe(3);
    const steps = [3, 4, 5].map((step) => plan(false).at(step));
    expect(steps.map(({ epoch, indices }) => [epoch, indices.length])).toEqual([
      [1, 16],
      [1, 16],
      [1, 8],
    ]);
    expect(steps.flatMap(({ indices }) => [...indices]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    );
  });
});

describe('closing', () => {
  /** Runs a script from source in a process of its own, which must end by itself. */
  const runScript = async (body: string) => {
    const index = new URL('../src/index.ts', import.meta.url);
    const script = `import { createImageLoader, createProceduralSource } from '${index}';
      const loader = createImageLoader(createProceduralSource({ length: 64, size: 16 }), { batchSize: 8, imageSize: 16, workers: 2 });
      ${body}`;
    const args = ['--import', 'tsx', '--conditions=@masked-distill/source', '--input-type=module', '-e', script];
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    return (await promisify(execFile)(process.execPath, args, { cwd, timeout: 50_000 })).stdout;
  };

  it('leaves nothing that keeps the process alive: after a break, and without any close', async () => {
    const [broken, finished] = await Promise.all([
      runScript(`for await (const { step } of loader.batches({ toStep: Infinity })) if (step === 3) break;
        const left = process.getActiveResourcesInfo().filter((name) => /worker|port/i.test(name));
        console.log('left', left.length);`),
      runScript("for await (const { step } of loader.batches()) console.log(step); console.log('done');"),
    ]);
    expect(broken).toBe('left 0\n');
    expect(finished).toBe('0\n1\n2\n3\n4\n5\n6\n7\ndone\n');
  });

  it('lets the loader be used again', async () => {
    const loader = createImageLoader(procedural, { ...small, workers: 1 });
    const first = await loader.batches().next();
    await loader.close();
    const again = await loader.batches().next();
    expect(again.value!.pixels).toEqual(first.value!.pixels);
    await loader.close();
  });

  it('ends batches under way with an error that says so', async () => {
    const loader = createImageLoader(procedural, { ...small, workers: 1 });
    const asked = loader.batches().next();
    const closed = loader.close();
    await expect(asked).rejects.toThrow('image worker: stopped, because its loader was closed');
    await closed;
  });
});
