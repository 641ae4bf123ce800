import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InputError } from '@masked-distill/base';
import { IMAGENET_MEAN, IMAGENET_STD, type UnreadableReport } from '@masked-distill/image-data';
import { describe, expect, it } from 'vitest';
import {
  type ClipBatch,
  type ClipLoaderOptions,
  type ClipSource,
  type ClipTransform,
  createClipLoader,
  createProceduralMotionSource,
} from '../../src/index.ts';
import { codedVideos } from '../support/frame-folders.ts';

const motion = createProceduralMotionSource({ length: 20, size: 24, frames: 12 });
const small = { batchSize: 4, size: 16, workers: 0, sampling: { kind: 'uniform', frames: 4 } } as const;
const plain = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] } as const;

/** All batches of some steps. */
async function collect(
  source: ClipSource,
  options: ClipLoaderOptions,
  range: { fromStep?: number; toStep?: number } = {},
): Promise<ClipBatch[]> {
  const loader = createClipLoader(source, options);
  const batches: ClipBatch[] = [];
  for await (const batch of loader.batches(range)) batches.push(batch);
  await loader.close();
  return batches;
}

const timeless = (batches: ClipBatch[]) => batches.map(({ waitSeconds, ...batch }) => batch);

/** Pixel (x, y) of a frame of a crop, its channels rounded to whole numbers. */
function pixelAt(
  { pixels, shape }: ClipBatch,
  [crop, frame, y, x]: readonly [number, number, number, number],
): number[] {
  const [, frames, height, width] = shape;
  const at = (((crop * frames + frame) * height + y) * width + x) * 3;
  return Array.from(pixels.subarray(at, at + 3), Math.round);
}

/** The first channel of every frame's upper left pixel, crop by crop. */
const shades = (batch: ClipBatch) =>
  Array.from({ length: batch.shape[0] }, (_, crop) =>
    Array.from({ length: batch.shape[1] }, (_, frame) => pixelAt(batch, [crop, frame, 0, 0])[0]!),
  );

describe('createClipLoader', () => {
  it('makes batches of normalised pixels, labels and keys', async () => {
    const [first, ...rest] = await collect(motion, small);
    expect(rest).toHaveLength(4);
    expect(first!.shape).toEqual([4, 4, 16, 16, 3]);
    expect(first!.pixels).toHaveLength(4 * 4 * 16 * 16 * 3);
    expect([...first!.labels!]).toEqual(first!.keys.map((key) => Number(key.split('-')[1]) % 16));
    expect(new Set([first!, ...rest].flatMap(({ keys }) => keys)).size).toBe(20);
    expect(first!.failed).toEqual([]);
    const [least, most] = [0, 1].map((value) => (value - IMAGENET_MEAN[2 * value]!) / IMAGENET_STD[2 * value]!);
    for (const { pixels } of [first!, ...rest]) {
      expect(pixels.every((value) => value >= least! - 1e-6 && value <= most! + 1e-6)).toBe(true);
    }
  });

  it('gives the same batches whatever the number of workers and however far ahead it works', async () => {
    const options: ClipLoaderOptions = {
      ...small,
      seed: 3,
      repeats: 2,
      transform: {
        kind: 'train',
        crop: { kind: 'random-resized' },
        flip: 0.5,
        colorJitter: { hue: 0.1 },
        randAugment: { magnitude: 7, count: 4 },
        erasing: { probability: 0.5 },
      },
    };
    const alone = timeless(await collect(motion, options, { toStep: 8 }));
    expect(alone.map(({ epoch, step }) => [epoch, step])).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i < 5 ? 0 : 1, i]),
    );
    expect(timeless(await collect(motion, { ...options, workers: 1, prefetch: 1 }, { toStep: 8 }))).toEqual(alone);
    expect(timeless(await collect(motion, { ...options, workers: 2, prefetch: 4 }, { toStep: 8 }))).toEqual(alone);
    for (const { pixels } of alone) expect(pixels.every(Number.isFinite)).toBe(true);
  });

  it('goes on at any step as if it had never stopped', async () => {
    const whole = timeless(await collect(motion, small, { toStep: 12 }));
    for (const fromStep of [1, 4, 5, 11]) {
      expect(timeless(await collect(motion, small, { fromStep, toStep: 12 }))).toEqual(whole.slice(fromStep));
    }
  });

  it('hands out the workers’ memory where it may, and no more of it than it says', async () => {
    const loader = createClipLoader(motion, { ...small, prefetch: 2, reuseMemory: true });
    const buffers = new Set<ArrayBufferLike>();
    const copies: Float32Array[] = [];
    for await (const { pixels } of loader.batches({ toStep: 12 })) {
      buffers.add(pixels.buffer);
      copies.push(pixels.slice());
    }
    expect(buffers.size).toBe(3);
    for (const buffer of buffers) expect(buffer.byteLength).toBe(4 * 4 * 16 * 16 * 3 * 4);
    const own = await collect(motion, { ...small, prefetch: 2 }, { toStep: 12 });
    expect(copies).toEqual(own.map(({ pixels }) => pixels));
    expect(loader.stats()).toEqual({ batches: 12, videos: 48, waitSeconds: expect.any(Number), unreadable: [] });
  });

  it('leaves nothing unfinished that a broken-off loop asked for', async () => {
    const loader = createClipLoader(motion, { ...small, workers: 1 });
    for await (const { step } of loader.batches({ toStep: Infinity })) if (step === 2) break;
    const again = await loader.batches().next();
    expect(again.value!.step).toBe(0);
    await loader.close();
  });
});

describe('training clips', () => {
  const whole: ClipLoaderOptions = {
    batchSize: 1,
    size: [12, 20],
    workers: 0,
    transform: { kind: 'train', crop: { kind: 'multi-scale', scales: [1] }, ...plain },
  };
  const video = { frames: 20, width: 20, height: 12 };

  it('dense: frames one stride apart, from a start that each epoch draws anew', async () => {
    const sampling = { kind: 'dense', frames: 4, stride: 3 } as const;
    const batches = await collect(await codedVideos([video]), { ...whole, sampling }, { toStep: 40 });
    const starts = batches.map((batch) => {
      const [clip] = shades(batch);
      expect(clip!.map((shade) => shade - clip![0]!)).toEqual([0, 30, 60, 90]);
      return clip![0]! / 10;
    });
    // 20 frames hold 4 of stride 3 from 0 to 10; forty draws leave out a given start once in 45 times.
    expect(Math.min(...starts)).toBe(0);
    expect(Math.max(...starts)).toBe(10);
    expect(pixelAt(batches[0]!, [0, 0, 11, 19]).slice(1)).toEqual([19, 11]);
  });

  it('uniform: a frame of each part; short videos repeat frames', async () => {
    const sampling = { kind: 'uniform', frames: 5 } as const;
    for (const batch of await collect(await codedVideos([video]), { ...whole, sampling }, { toStep: 10 })) {
      expect(shades(batch)[0]!.map((shade) => Math.floor(shade / 40))).toEqual([0, 1, 2, 3, 4]);
    }
    const [short] = await collect(await codedVideos([{ ...video, frames: 2 }]), { ...whole, sampling });
    expect(shades(short!)).toEqual([[0, 0, 0, 10, 10]]);
    const dense = { kind: 'dense', frames: 5, stride: 1 } as const;
    const [single] = await collect(await codedVideos([{ ...video, frames: 1 }]), { ...whole, sampling: dense });
    expect(shades(single!)).toEqual([[0, 0, 0, 0, 0]]);
  });

  it('are mirrored whole', async () => {
    const transform = { kind: 'train', crop: { kind: 'multi-scale', scales: [1] }, flip: 1, ...plain } as const;
    const sampling = { kind: 'uniform', frames: 2 } as const;
    const [batch] = await collect(await codedVideos([{ ...video, frames: 2 }]), { ...whole, transform, sampling });
    expect(pixelAt(batch!, [0, 0, 4, 0])).toEqual([0, 19, 4]);
    expect(pixelAt(batch!, [0, 1, 4, 19])).toEqual([10, 0, 4]);
  });

  it('are cut at one of the 13 places, the same for every frame', async () => {
    const sampling = { kind: 'uniform', frames: 3 } as const;
    const source = await codedVideos([{ frames: 3, width: 40, height: 24 }]);
    // The whole of a frame is twice the output: of a crop of half of it the pixels are taken as they are.
    const crop = { kind: 'multi-scale', scales: [0.5] } as const;
    const batches = await collect(
      source,
      { ...whole, sampling, transform: { kind: 'train', crop, ...plain } },
      { toStep: 60 },
    );
    const places = new Set<string>();
    for (const batch of batches) {
      const [, x, y] = pixelAt(batch, [0, 0, 0, 0]);
      places.add(`${x} ${y}`);
      for (const frame of [0, 1, 2]) {
        expect(pixelAt(batch, [0, frame, 0, 0])).toEqual([10 * frame, x, y]);
        expect(pixelAt(batch, [0, frame, 11, 19])).toEqual([10 * frame, x! + 19, y! + 11]);
      }
    }
    // (40 - 20) / 4 = 5 and (24 - 12) / 4 = 3 pixels to a quarter.
    const quarters = [
      '0 0',
      '20 0',
      '0 12',
      '20 12',
      '10 6',
      '0 6',
      '20 6',
      '10 12',
      '10 0',
      '5 3',
      '15 3',
      '5 9',
      '15 9',
    ];
    expect([...places].every((place) => quarters.includes(place))).toBe(true);
    expect(places.size).toBeGreaterThan(9);
  });

  it('repeat a video in other crops of the same frames', async () => {
    const sampling = { kind: 'uniform', frames: 3 } as const;
    const source = await codedVideos([
      { frames: 18, width: 40, height: 24 },
      { frames: 18, width: 40, height: 24 },
    ]);
    const crop = { kind: 'multi-scale', scales: [0.5] } as const;
    const options = {
      ...whole,
      batchSize: 2,
      repeats: 4,
      sampling,
      transform: { kind: 'train', crop, ...plain },
    } as const;
    const [batch] = await collect(source, options);
    expect(batch!.shape).toEqual([8, 3, 12, 20, 3]);
    expect(batch!.keys).toEqual([...Array(4).fill('video-0'), ...Array(4).fill('video-1')]);
    expect([...batch!.labels!]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    const seen = shades(batch!);
    for (const repeat of [1, 2, 3]) {
      expect(seen[repeat]).toEqual(seen[0]);
      expect(seen[4 + repeat]).toEqual(seen[4]);
    }
    const corners = new Set([0, 1, 2, 3].map((repeat) => pixelAt(batch!, [repeat, 0, 0, 0]).join()));
    expect(corners.size).toBeGreaterThan(1);
  });

  it('are taken from the part of a file that a list names', async () => {
    const sampling = { kind: 'uniform', frames: 4 } as const;
    const [batch] = await collect(
      await codedVideos([
        { ...video, part: { start: 7, frames: 4 } },
        { ...video, part: { start: 18, frames: 9 } },
      ]),
      { ...whole, batchSize: 2, sampling },
    );
    expect(shades(batch!)).toEqual([
      [70, 80, 90, 100],
      [181, 181, 191, 191],
    ]);
  });

  it('lose the same box of every frame', async () => {
    const erasing = { probability: 1, area: [0.2, 0.3] } as const;
    const crop = { kind: 'multi-scale', scales: [1] } as const;
    const sampling = { kind: 'uniform', frames: 3 } as const;
    const source = await codedVideos([{ frames: 3, width: 20, height: 12 }]);
    const [batch] = await collect(source, {
      ...whole,
      sampling,
      transform: { kind: 'train', crop, erasing, ...plain },
    });
    const isErased = (frame: number) =>
      Array.from({ length: 240 }, (_, i) => {
        const [y, x] = [Math.floor(i / 20), i % 20];
        return pixelAt(batch!, [0, frame, y, x]).join() !== [10 * frame, x, y].join();
      });
    const erased = isErased(0);
    const count = erased.filter(Boolean).length;
    expect(count).toBeGreaterThan(0.15 * 240);
    expect(count).toBeLessThan(0.35 * 240);
    expect(isErased(1)).toEqual(erased);
    expect(isErased(2)).toEqual(erased);
  });
});

describe('frames of any size', () => {
  const transforms: readonly ClipTransform[] = [
    { kind: 'train' },
    { kind: 'train', crop: { kind: 'random-resized' } },
    { kind: 'eval', crops: 3 },
  ];
  it.each(transforms)('become crops by %j', async (transform) => {
    const sizes = [
      [1, 1],
      [2, 3],
      [1, 40],
      [31, 1],
      [64, 48],
    ] as const;
    const source = await codedVideos(sizes.map(([width, height]) => ({ frames: 2, width, height })));
    const sampling = { kind: 'uniform', frames: 2 } as const;
    const [batch] = await collect(source, { batchSize: 5, size: [16, 20], workers: 0, sampling, transform });
    expect(batch!.failed).toEqual([]);
    expect(batch!.pixels.every(Number.isFinite)).toBe(true);
  });

  it('become no more than crops, however long they are for their height', async () => {
    const source = await codedVideos([{ frames: 2, width: 201, height: 1 }]);
    const sampling = { kind: 'uniform', frames: 2 } as const;
    const options = { batchSize: 1, size: 224, workers: 0, sampling, transform: { kind: 'eval', ...plain } } as const;
    const [batch] = await collect(source, options);
    // The middle pixel of the only row, enlarged.
    expect([0, 100, 223].map((at) => pixelAt(batch!, [0, 0, at, at]))).toEqual(Array(3).fill([0, 100, 0]));
  });
});

describe('evaluation clips', () => {
  const options: ClipLoaderOptions = {
    batchSize: 2,
    size: 8,
    workers: 0,
    sampling: { kind: 'dense', frames: 2, stride: 2 },
    transform: { kind: 'eval', clips: 2, crops: 3, ...plain },
  };

  it('are every crop of the first clip, then of the second', async () => {
    const loader = createClipLoader(
      await codedVideos([
        { frames: 8, width: 24, height: 8 },
        { frames: 8, width: 8, height: 12 },
        { frames: 8, width: 8, height: 8 },
      ]),
      options,
    );
    expect(loader.cropsPerVideo).toBe(6);
    expect(loader.stepsPerEpoch).toBe(2);
    const batches: ClipBatch[] = [];
    for await (const batch of loader.batches()) batches.push(batch);
    const [first, last] = batches;
    expect(first!.shape).toEqual([12, 2, 8, 8, 3]);
    expect(first!.keys).toEqual([...Array(6).fill('video-0'), ...Array(6).fill('video-1')]);
    expect(last!.shape).toEqual([6, 2, 8, 8, 3]);
    // Every second frame: 0 2 4 6; the clips start at 0 and 2 of these. Crops at x = 0, 8, 16 of 24.
    const corners = (video: number) =>
      Array.from({ length: 6 }, (_, view) => [0, 1].map((frame) => pixelAt(first!, [6 * video + view, frame, 0, 0])));
    expect(corners(0)).toEqual([
      [
        [0, 0, 0],
        [20, 0, 0],
      ],
      [
        [0, 8, 0],
        [20, 8, 0],
      ],
      [
        [0, 16, 0],
        [20, 16, 0],
      ],
      [
        [40, 0, 0],
        [60, 0, 0],
      ],
      [
        [40, 8, 0],
        [60, 8, 0],
      ],
      [
        [40, 16, 0],
        [60, 16, 0],
      ],
    ]);
    // Along the longer side, which here is the height: y = 0, 2, 4 of 12.
    expect(corners(1).slice(0, 3)).toEqual([
      [
        [1, 0, 0],
        [21, 0, 0],
      ],
      [
        [1, 0, 2],
        [21, 0, 2],
      ],
      [
        [1, 0, 4],
        [21, 0, 4],
      ],
    ]);
  });

  it('are the same with workers', async () => {
    const source = await codedVideos([
      { frames: 5, width: 30, height: 20 },
      { frames: 9, width: 16, height: 40 },
    ]);
    expect(timeless(await collect(source, { ...options, workers: 2 }))).toEqual(
      timeless(await collect(source, options)),
    );
  });
});

describe('unreadable videos', () => {
  const sound = { frames: 4, width: 16, height: 16 };
  const broken = { ...sound, broken: [0, 1, 2, 3] };
  const train: ClipLoaderOptions = { ...small, batchSize: 3, maxUnreadableShare: 0.5, shuffle: false };

  it('are replaced in training, and reported once', async () => {
    const reports: UnreadableReport[] = [];
    const source = await codedVideos([sound, broken, sound, sound, sound, sound]);
    const loader = createClipLoader(source, { ...train, onUnreadable: (report) => reports.push(report) });
    const keys: (readonly string[])[] = [];
    for await (const batch of loader.batches({ toStep: 4 })) keys.push(batch.keys);
    expect(keys[0]).toEqual(['video-0', 'video-2', 'video-2']);
    expect(keys[2]).toEqual(keys[0]);
    expect(reports.map(({ key, index }) => [key, index])).toEqual([['video-1', 1]]);
    expect(reports[0]!.reason).toMatch(/^its first picture: /);
    expect(loader.stats().unreadable).toEqual(reports);
  });

  it('keep their places in evaluation, and are named', async () => {
    const source = await codedVideos([sound, broken, sound, broken]);
    const views = { ...train, transform: { kind: 'eval', crops: 2 }, maxUnreadableShare: 1 } as const;
    const [first, second] = await collect(source, views);
    expect(first!.keys).toEqual(['video-0', 'video-0', 'video-1', 'video-1', 'video-2', 'video-2']);
    expect([first!.failed, second!.failed]).toEqual([[1], [0]]);
    const crop = first!.pixels.length / 6;
    expect(first!.pixels.subarray(2 * crop, 4 * crop).every((value) => value === 0)).toBe(true);
    expect(first!.pixels.subarray(4 * crop).every((value) => value === 0)).toBe(false);
  });

  it('are those with a frame that can’t be decoded, unless its neighbours may stand in', async () => {
    const source = await codedVideos([{ ...sound, broken: [2] }, sound, sound]);
    const one = { ...train, batchSize: 1, sampling: { kind: 'uniform', frames: 4 } } as const;
    const transform = { kind: 'train', crop: { kind: 'multi-scale', scales: [1] }, ...plain } as const;
    const [strict] = await collect(source, { ...one, transform });
    expect(strict!.keys).toEqual(['video-1']);
    const [lenient] = await collect(source, { ...one, transform, lenient: true });
    expect(lenient!.keys).toEqual(['video-0']);
    expect(shades(lenient!)).toEqual([[0, 10, 10, 30]]);
  });

  it('are those whose part lies outside of them', async () => {
    const source = await codedVideos([{ ...sound, part: { start: 4, frames: 3 } }, sound, sound]);
    await expect(collect(source, { ...train, maxUnreadableShare: 0 })).rejects.toThrow(
      'loader: 1 of the 3 videos tried from coded videos are unreadable, more than maxUnreadableShare 0 allows: ' +
        'video-0 (its part begins at frame 4, and there are 4 frames)',
    );
  });

  it('are told from a missing program, which stops the run', async () => {
    const file = await codedVideos([sound, sound, sound]);
    const source: ClipSource = {
      ...file,
      sample: (i) => ({ ...file.sample(i), location: { kind: 'file', path: 'a.mp4' } }),
    };
    for (const workers of [0, 1]) {
      const loader = createClipLoader(source, { ...train, workers, reader: { reader: 'nothing' as 'auto' } });
      await expect(loader.batches().next()).rejects.toThrow(/^reader: /);
      await expect(loader.batches().next()).rejects.toBeInstanceOf(InputError);
      await loader.close();
    }
  });
});

describe('closing', () => {
  it('leaves nothing that keeps the process alive: after a break, and without any close', async () => {
    const index = new URL('../../src/index.ts', import.meta.url);
    const body = `import { createClipLoader, createProceduralMotionSource } from '${index}';
      const source = createProceduralMotionSource({ length: 16, size: 16, frames: 4 });
      const loader = createClipLoader(source, { batchSize: 4, size: 16, workers: 2, sampling: { kind: 'uniform', frames: 2 } });
      for await (const { step } of loader.batches({ toStep: Infinity })) if (step === 2) break;
      console.log(process.getActiveResourcesInfo().filter((name) => /worker|port/i.test(name)).length);
      for await (const { step } of loader.batches()) console.log(step);`;
    const args = ['--import', 'tsx', '--conditions=@masked-distill/source', '--input-type=module', '-e', body];
    const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 100_000 });
    expect(stdout).toBe('0\n0\n1\n2\n3\n');
  }, 110_000);
});

describe('options', () => {
  const refused: readonly (readonly [Partial<ClipLoaderOptions>, string])[] = [
    [{ size: 0 }, 'transform: size is 0; give a whole number from 1 to 8192'],
    [{ batchSize: 0 }, 'loader: batchSize is 0; give a whole number from 1 to 1048576'],
    [
      { batchSize: 21 },
      'loader: batchSize 21 is more than the 20 videos of procedural motion; make it smaller or set dropLast: false',
    ],
    [
      { size: 8192, sampling: { kind: 'uniform', frames: 16 } },
      'loader: a batch of 4 x 16 x 8192 x 8192 x 3 values is 48 GiB, over 16; make batchSize or the crops smaller',
    ],
    [{ repeats: 1.5 }, 'loader: repeats is 1.5; give a whole number from 1 to 1024'],
    [{ sampling: { kind: 'dense', stride: 0 } }, 'sampling: stride is 0; give a whole number from 1 to 65536'],
    [{ sampling: { kind: 'uniform', frames: -1 } }, 'sampling: frames is -1; give a whole number from 1 to 4096'],
    [{ transform: { kind: 'eval', crops: 65 } }, 'transform: crops is 65; give a whole number from 1 to 64'],
    [
      { transform: { kind: 'eval' }, repeats: 2 },
      'loader: repeats are of training; for several views in evaluation give the transform clips and crops',
    ],
    [{ reader: { timeLimit: 0 } }, 'reader: timeLimit is 0; give a number above 0'],
    [{ workers: -1 }, 'loader: workers is -1; give a whole number from 0 to 256'],
  ];
  it.each(refused)('%j are refused', (options, message) => {
    expect(() => createClipLoader(motion, { ...small, ...options })).toThrow(new InputError(message));
  });
});
