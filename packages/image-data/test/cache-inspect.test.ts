import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CacheOptions,
  cacheImages,
  createBytesSource,
  createImageLoader,
  createProceduralSource,
  type ImageSource,
  imageSourceConformance,
  inspectSource,
  openImageSource,
} from '../src/index.ts';
import { folderOf } from './support/files.ts';
import { noiseImage, pngOf } from './support/images.ts';

/** Four pictures, one of them broken, one smaller than the cache's short side. */
async function pictures(): Promise<ImageSource> {
  return openImageSource(
    await folderOf({
      'cat/0.png': await pngOf(noiseImage(30, 60, 0)),
      'cat/1.png': 'broken',
      'dog/2.png': await pngOf(noiseImage(80, 40, 1)),
      'dog/3.png': await pngOf(noiseImage(10, 12, 2)),
    }),
  );
}

const cacheIn = async (source: ImageSource, options: Partial<CacheOptions> = {}) =>
  cacheImages(source, { folder: join(await folderOf({}), 'deep'), shortSide: 20, workers: 0, ...options });

/** The cache file in a folder. */
const onlyFile = async (folder: string) => join(folder, (await readdir(folder))[0]!);

async function keysOf(source: ImageSource): Promise<string[]> {
  const loader = createImageLoader(source, {
    batchSize: 4,
    imageSize: 8,
    workers: 0,
    shuffle: false,
    maxUnreadableShare: 0.5,
  });
  const { value } = await loader.batches().next();
  await loader.close();
  return value!.keys as string[];
}

describe('cacheImages', () => {
  it.each(imageSourceConformance(async () => cacheIn(await pictures())).map(({ name, run }) => [name, run] as const))(
    '%s',
    (_, run) => run(),
  );

  it('keeps pictures at the short side asked for, and remembers the broken ones', async () => {
    const source = await pictures();
    const progress: unknown[] = [];
    const cached = await cacheIn(source, { onProgress: (step) => progress.push(step) });
    expect(Array.from({ length: 4 }, (_, i) => cached.sample(i))).toMatchObject([
      { key: 'cat/0.png', label: 0, location: { kind: 'pixels', offset: 0, width: 20, height: 40 } },
      { key: 'cat/1.png', label: 0, location: { kind: 'unreadable', reason: 'not an image of a known format' } },
      { key: 'dog/2.png', label: 1, location: { kind: 'pixels', offset: 2400, width: 40, height: 20 } },
      { key: 'dog/3.png', label: 1, location: { kind: 'pixels', offset: 4800, width: 10, height: 12 } },
    ]);
    expect(cached.classes).toEqual(['cat', 'dog']);
    expect(progress.at(-1)).toEqual({ done: 4, total: 4, bytes: 5160 });
    expect(await keysOf(cached)).toEqual(['cat/0.png', 'dog/2.png', 'dog/2.png', 'dog/3.png']);
  });

  it('is made once, the same by any number of workers, and opened by later runs', async () => {
    const source = await pictures();
    const [one, other] = [await folderOf({}), await folderOf({})];
    await cacheImages(source, { folder: one, shortSide: 20, workers: 0 });
    await cacheImages(source, { folder: other, shortSide: 20, workers: 2 });
    expect(await readFile(await onlyFile(one))).toEqual(await readFile(await onlyFile(other)));
    let made = 0;
    const again = await cacheImages(source, { folder: one, shortSide: 20, workers: 0, onProgress: () => made++ });
    expect(made).toBe(0);
    expect(await keysOf(again)).toHaveLength(4);
    await cacheImages(source, { folder: one, shortSide: 16, workers: 0, onProgress: () => made++ });
    expect(made).toBe(4);
    expect(await readdir(one)).toHaveLength(2);
  });

  it('may be made by two runs at once', async () => {
    const source = await pictures();
    const folder = await folderOf({});
    const both = await Promise.all([1, 2].map(() => cacheImages(source, { folder, shortSide: 20, workers: 0 })));
    expect(both[0]!.sample(2)).toEqual(both[1]!.sample(2));
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is made anew when it is cut short, bent, or another file of its name', async () => {
    const source = await pictures();
    const folder = await folderOf({});
    const options = { folder, shortSide: 20, workers: 0 } as const;
    await cacheImages(source, options);
    const path = await onlyFile(folder);
    const sound = await readFile(path);
    const bentEntry = Buffer.from(sound);
    bentEntry[5160]! ^= 1; // the first width
    const foreign = Buffer.from(sound.toString('latin1').replace(/"id":"./, '"id":"#'), 'latin1');
    for (const damaged of [
      sound.subarray(0, 3000),
      sound.subarray(0, sound.length - 1),
      Buffer.alloc(0),
      bentEntry,
      foreign,
    ]) {
      await writeFile(path, damaged);
      await cacheImages(source, options);
      expect(await readFile(path)).toEqual(sound);
    }
  });

  it('finds a damaged picture when it is read', async () => {
    const source = await pictures();
    const folder = await folderOf({});
    const cached = await cacheImages(source, { folder, shortSide: 20, workers: 0 });
    const path = await onlyFile(folder);
    const bytes = await readFile(path);
    bytes[3000]! ^= 1;
    await writeFile(path, bytes);
    const { unreadable } = await inspectSource(cached, { workers: 0 });
    expect(unreadable).toEqual([
      { key: 'cat/1.png', index: 1, reason: 'not an image of a known format' },
      { key: 'dog/2.png', index: 2, reason: `the cache file ${path} is damaged; remove it to have it made again` },
    ]);
  });

  it('clears away what killed runs left, but not what another run is writing', async () => {
    const source = await pictures();
    const folder = await folderOf({});
    const options = { folder, shortSide: 20, workers: 0 } as const;
    await cacheImages(source, options);
    const path = await onlyFile(folder);
    await writeFile(path, '');
    await writeFile(`${path}.1234abcd.tmp`, 'left');
    await writeFile(`${path}.5678abcd.tmp`, 'being written');
    const longAgo = new Date(Date.now() - 2 * 3600 * 1000);
    await utimes(`${path}.1234abcd.tmp`, longAgo, longAgo);
    await cacheImages(source, options);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([
      expect.stringContaining('5678abcd'),
    ]);
    expect((await stat(path)).size).toBeGreaterThan(5160);
  });

  it('refuses a short side that is none', async () => {
    await expect(cacheIn(await pictures(), { shortSide: 0.5 })).rejects.toThrow(
      'cache: shortSide is 0.5; give a whole number of pixels',
    );
  });
});

describe('inspectSource', () => {
  it('counts classes, sizes and formats, and says what can’t be read', async () => {
    const progress: unknown[] = [];
    const report = await inspectSource(await pictures(), { workers: 1, onProgress: (step) => progress.push(step) });
    expect(report).toEqual({
      images: 4,
      readable: 3,
      classes: [
        { name: 'cat', images: 2 },
        { name: 'dog', images: 2 },
      ],
      unlabelled: 0,
      width: { min: 10, median: 30, max: 80 },
      height: { min: 12, median: 40, max: 60 },
      formats: [{ name: 'png', images: 3 }],
      unreadable: [{ key: 'cat/1.png', index: 1, reason: 'not an image of a known format' }],
    });
    expect(progress).toEqual([{ done: 4, total: 4 }]);
  });

  it('has no sizes to give when nothing is readable, and counts what has no label', async () => {
    const source = createBytesSource([{ key: 'x', bytes: new Uint8Array(3) }], { classes: ['a'] });
    const report = await inspectSource(source, { workers: 0 });
    expect(report).toMatchObject({ readable: 0, unlabelled: 1, width: undefined, height: undefined, formats: [] });
  });

  it('looks at procedural pictures too', async () => {
    const report = await inspectSource(createProceduralSource({ length: 24, size: [16, 20] }), { workers: 0 });
    expect(report.formats).toEqual([{ name: 'pixels', images: 24 }]);
    expect(report.classes!.every(({ images }) => images === 2)).toBe(true);
    expect([report.width, report.height]).toEqual([
      { min: 20, median: 20, max: 20 },
      { min: 16, median: 16, max: 16 },
    ]);
  });
});
