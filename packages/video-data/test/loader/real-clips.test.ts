import { fileURLToPath } from 'node:url';
import { denormalize, limitSource, subsetSource } from '@masked-distill/image-data';
import { hasSharedData, sharedPath } from '@masked-distill/testing';
import { describe, expect, it } from 'vitest';
import {
  type ClipBatch,
  type ClipLoaderOptions,
  type ClipSource,
  clipFrame,
  clipViews,
  createClipLoader,
  createClipReader,
  inspectClips,
  openClipFolder,
  openClipTar,
  probeClipReaders,
  type VideoLocation,
} from '../../src/index.ts';

const canRead = (await probeClipReaders()).some(({ available }) => available);

async function collect(source: ClipSource, options: ClipLoaderOptions): Promise<ClipBatch[]> {
  const loader = createClipLoader(source, options);
  const batches: ClipBatch[] = [];
  for await (const batch of loader.batches()) batches.push(batch);
  await loader.close();
  return batches;
}

describe.skipIf(!hasSharedData || !canRead)(
  'real clips in a tar (needs a reader, and ../shared/data)',
  { timeout: 120_000 },
  () => {
    const open = async () => limitSource(await openClipTar(sharedPath('data/video4-train-0000.tar')), 6);
    const options: ClipLoaderOptions = {
      batchSize: 3,
      size: 64,
      workers: 0,
      sampling: { kind: 'dense', frames: 4, stride: 3 },
      transform: { kind: 'eval' },
    };

    it('are the frames that the reader gives of the largest square in the middle', async () => {
      const source = await open();
      const [batch] = await collect(source, options);
      const reader = await createClipReader();
      for (let position = 0; position < 3; position++) {
        const { key, label, location } = source.sample(position);
        expect([batch!.keys[position], batch!.labels![position]]).toEqual([key, label]);
        const info = await reader.probe(location as VideoLocation);
        const [view] = clipViews(info.frames, { sampling: options.sampling! });
        const side = Math.min(info.width, info.height);
        const middle = { left: (info.width - side) >> 1, top: (info.height - side) >> 1, width: side, height: side };
        const request = { frames: [...view!], crops: [middle], size: [64, 64] } as const;
        const clip = await reader.read(location as VideoLocation, request);
        const length = 64 * 64 * 3;
        for (let frame = 0; frame < 4; frame++) {
          const at = (position * 4 + frame) * length;
          const made = denormalize(batch!.pixels.subarray(at, at + length), { width: 64, height: 64 });
          // Values are rounded to 24 bits on the way there, so that a byte may come back as the one below.
          const off = made.data.map((value, i) => Math.abs(value - clipFrame(clip, frame).data[i]!));
          expect(Math.max(...off)).toBeLessThanOrEqual(1);
        }
      }
      await reader.close();
    });

    it('make the same training batches on a worker, without a value that is not finite', async () => {
      const train: ClipLoaderOptions = {
        ...options,
        size: 96,
        repeats: 2,
        transform: { kind: 'train', randAugment: {} },
      };
      const source = subsetSource(await open(), [0, 2, 4]);
      const alone = await collect(source, train);
      const [made] = await collect(source, { ...train, workers: 1 });
      expect(made!.pixels).toEqual(alone[0]!.pixels);
      expect(alone[0]!.pixels.every(Number.isFinite)).toBe(true);
      expect(new Set(alone[0]!.keys).size).toBe(3);
    });

    it('are as long as the archive says', async () => {
      const report = await inspectClips(await open(), { workers: 1 });
      expect([report.readable, report.miscounted, report.unreadable]).toEqual([6, [], []]);
      expect(report.codecs).toEqual([{ name: 'h264', videos: 6 }]);
      expect(Math.min(report.width!.min, report.height!.min)).toBe(128);
    });
  },
);

describe.skipIf(!canRead)('videos of many kinds, some of them damaged (needs a reader)', { timeout: 120_000 }, () => {
  const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
  const options: ClipLoaderOptions = {
    batchSize: 8,
    size: 32,
    workers: 0,
    sampling: { kind: 'uniform', frames: 4 },
    transform: { kind: 'eval' },
    maxUnreadableShare: 1,
  };
  const failures = (batches: readonly ClipBatch[]) =>
    batches.flatMap(({ failed, keys }) => failed.map((place) => keys[place]!));

  it('are all made into clips but those that say why not', async () => {
    const source = await openClipFolder(folder);
    const strict = await collect(source, options);
    expect(strict.flatMap(({ keys }) => keys)).toEqual(
      Array.from({ length: source.length }, (_, i) => source.sample(i).key),
    );
    expect(failures(strict)).toContain('audio-only.mp4');
    expect(failures(strict).every((key) => /audio-only|damaged|truncated/.test(key))).toBe(true);
    expect(failures(await collect(source, { ...options, lenient: true }))).toEqual(['audio-only.mp4']);
    for (const { pixels } of strict) expect(pixels.every(Number.isFinite)).toBe(true);
  });
});
