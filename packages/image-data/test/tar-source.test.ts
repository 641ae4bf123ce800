import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteReader } from '../src/decode/read-bytes.ts';
import { type ImageSource, imageSourceConformance, openImageSource, openImageTar } from '../src/index.ts';
import { expandBraces } from '../src/sources/brace-range.ts';
import { bufferedOrder } from '../src/sources/shuffle.ts';
import { folderOf } from './support/files.ts';
import { paxRecords, type TarEntry, tarOf } from './support/tar.ts';

const sampleEntries = (key: string, label: number): TarEntry[] => [
  { name: `${key}.jpg`, body: `picture ${key}` },
  { name: `${key}.cls`, body: `${label}\n` },
  { name: `${key}.json`, body: '{}' },
];

const open = async (entries: readonly TarEntry[] | Uint8Array, options = {}) =>
  openImageTar(
    join(await folderOf({ 'x.tar': entries instanceof Uint8Array ? entries : tarOf(entries) }), 'x.tar'),
    options,
  );

function contents(source: ImageSource): string[] {
  const reader = createByteReader();
  const read = Array.from({ length: source.length }, (_, i) => {
    const { location } = source.sample(i);
    if (location.kind !== 'range') throw new Error(location.kind);
    return Buffer.from(reader.range(location.path, location)).toString();
  });
  reader.close();
  return read;
}

describe('a WebDataset tar', () => {
  const shards = async () => {
    const folder = await folderOf({
      'x-08.tar': tarOf(['a', 'b', 'c'].flatMap((key, i) => sampleEntries(key, i))),
      'x-09.tar': tarOf(sampleEntries('sub/d.e', 1)),
      'x-10.tar': tarOf([]),
    });
    return openImageSource(join(folder, 'x-{08..10}.tar'));
  };

  it.each(imageSourceConformance(shards).map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());

  it('finds pictures and labels across shards, and their bytes by position', async () => {
    const source = await shards();
    expect(Array.from({ length: source.length }, (_, i) => [source.sample(i).key, source.sample(i).label])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['sub/d', undefined],
    ]);
    expect(contents(source)).toEqual(['picture a', 'picture b', 'picture c', 'picture sub/d.e']);
    expect(source.classes).toEqual(['0', '1', '2']);
  });

  it('reads long names: USTAR prefix, pax and GNU', async () => {
    const long = 'n'.repeat(150);
    const source = await open([
      { name: 'p.jpg', prefix: 'folder', body: '1' },
      { name: 'PaxHeader', type: 'x', body: paxRecords({ comment: 'é', path: `${long}.jpg` }) },
      { name: 'short.jpg', body: '2' },
      { name: '././@LongLink', type: 'L', body: `g${long}.png\0` },
      { name: 'short.jpg', body: '3' },
      { name: 'pax_global_header', type: 'g', body: paxRecords({ comment: 'commit' }) },
      { name: './dir/', type: '5' },
      { name: './dir/.hidden.jpg', body: '?' },
      { name: './dir/last.webp', body: '4' },
    ]);
    expect(Array.from({ length: 4 }, (_, i) => source.sample(i).key)).toEqual([
      'folder/p',
      long,
      `g${long}`,
      'dir/last',
    ]);
    expect(contents(source)).toEqual(['1', '2', '3', '4']);
  });

  it('reads sizes in base 256 and from pax', async () => {
    const size = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
    const source = await open([
      { name: 'a.jpg', body: 'abc', sizeField: size },
      { name: 'x', type: 'x', body: paxRecords({ size: '5' }) },
      { name: 'b.jpg', body: 'defgh', sizeField: '00000000000\0' },
    ]);
    expect(contents(source)).toEqual(['abc', 'defgh']);
  });

  it('takes a.jpg before a.mask.png, and refuses two pictures of one key and members that stand apart', async () => {
    expect(
      contents(
        await open([
          { name: 'a.mask.png', body: 'mask' },
          { name: 'a.jpg', body: 'photo' },
        ]),
      ),
    ).toEqual(['photo']);
    expect(contents(await open([{ name: 'a.v2.jpg', body: 'photo' }]))).toEqual(['photo']);
    await expect(open([{ name: 'a.jpg' }, { name: 'a.png' }])).rejects.toThrow(
      /x\.tar: a has two images, a\.jpg and a\.png; give each its own key$/,
    );
    await expect(open([{ name: 'a.jpg' }, { name: 'b.jpg' }, { name: 'a.cls', body: '1' }])).rejects.toThrow(
      /x\.tar: the members of a stand apart; write those of one key next to each other$/,
    );
  });

  it.each([
    [
      'an absolute path',
      [{ name: '/etc/a.jpg' }],
      /holds an entry named "\/etc\/a\.jpg", which points outside it; refused$/,
    ],
    [
      'a path upwards',
      [{ name: 'a/../../b.txt' }],
      /an entry named "a\/\.\.\/\.\.\/b\.txt", which points outside it; refused$/,
    ],
    ['a drive', [{ name: 'C:\\a.jpg' }], /an entry named "C:\\\\a\.jpg"/],
    [
      'a hostile pax path',
      [{ name: 'x', type: 'x', body: paxRecords({ path: '../a.jpg' }) }, { name: 'a.jpg' }],
      /named "\.\.\/a\.jpg"/,
    ],
    [
      'a negative size',
      [{ name: 'a.jpg', sizeField: '-0000000001\0' }],
      /x\.tar is damaged at byte 0: its size is not a number$/,
    ],
    [
      'a negative base-256 size',
      [{ name: 'a.jpg', sizeField: Buffer.alloc(12, 0xff) }],
      /damaged at byte 0: its size is not a number$/,
    ],
    [
      'a negative pax size',
      [{ name: 'x', type: 'x', body: paxRecords({ size: '-4' }) }, { name: 'a.jpg' }],
      /a\.jpg says -1 bytes/,
    ],
    [
      'a size beyond the end',
      [{ name: 'a.jpg', sizeField: '77777777777\0' }],
      /cut short: a\.jpg says 8589934591 bytes, and 1024 are left$/,
    ],
    ['a label that is a word', [{ name: 'a.cls', body: 'cat' }], /a\.cls holds "cat", which is no class index$/],
    ['no images', [{ name: 'a.json', body: '{}' }], /^tar: \S+x\.tar holds no images$/],
    ['a sparse file', [{ name: 'a.jpg', type: 'S' }], /a\.jpg is stored as a sparse file; pack it without --sparse$/],
  ] satisfies [string, TarEntry[], RegExp][])('refuses %s', async (_, entries, message) => {
    await expect(open(entries)).rejects.toThrow(message);
  });

  it('refuses damage: a wrong checksum, a cut, compression', async () => {
    const sound = tarOf(sampleEntries('a', 1));
    const bent = Buffer.from(sound);
    bent[3]! ^= 1;
    await expect(open(bent)).rejects.toThrow(/x\.tar is damaged at byte 0: the header checksum is wrong$/);
    await expect(open(sound.subarray(0, 520))).rejects.toThrow(
      /x\.tar is cut short: a\.jpg says 9 bytes, and 8 are left$/,
    );
    await expect(open(sound.subarray(0, 1024))).rejects.toThrow(
      /x\.tar is cut short: it ends at byte 1024 without an end mark$/,
    );
    await expect(open(new Uint8Array(0))).rejects.toThrow(/cut short: it ends at byte 0/);
    await expect(open(Buffer.from('1f8b0800000000000003', 'hex'))).rejects.toThrow(
      /is compressed, .*; run gunzip on it first$/,
    );
  });

  it('refuses labels outside the classes given', async () => {
    await expect(open(sampleEntries('a', 4), { classes: 3 })).rejects.toThrow(
      /labels: \S+x\.tar: a has label 4, outside 0\.\.2; /,
    );
    expect((await open(sampleEntries('a', 1), { classes: ['cat', 'dog'] })).classes).toEqual(['cat', 'dog']);
  });

  it('reads a tar or refuses it with one line, whatever byte is changed', async () => {
    const sound = tarOf([
      ...sampleEntries('a', 1),
      { name: 'x', type: 'x', body: paxRecords({ path: 'b.jpg' }) },
      { name: 'q.jpg', body: 'z' },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Buffer.from(sound);
        bytes[at] = byte;
        const outcome = await open(bytes).catch((error: Error) => error);
        if (outcome instanceof Error) expect(outcome.message).toMatch(/^(tar|labels): [^\n]+$/);
        else for (let i = 0; i < outcome.length; i++) expect(outcome.sample(i).key).not.toBe('');
      }),
      { numRuns: 150 },
    );
  });
});

describe('braces', () => {
  it('count with zeros kept, list, and multiply', () => {
    expect(expandBraces('x-{0008..0011}.tar')).toEqual(['x-0008.tar', 'x-0009.tar', 'x-0010.tar', 'x-0011.tar']);
    expect(expandBraces('{../a.tar,../b.tar}')).toEqual(['../a.tar', '../b.tar']);
    expect(expandBraces('{a,b}/{1..2}.tar')).toEqual(['a/1.tar', 'a/2.tar', 'b/1.tar', 'b/2.tar']);
    expect(expandBraces('plain{}.tar')).toEqual(['plain{}.tar']);
  });

  it('name the missing shard, and refuse ranges that are absurd', async () => {
    const folder = await folderOf({ 'x-0.tar': tarOf(sampleEntries('a', 0)), 'x-2.tar': tarOf([]) });
    await expect(openImageSource(join(folder, 'x-{0..2}.tar'))).rejects.toThrow(
      `tar: there is no ${join(folder, 'x-1.tar')}, one of the 3 in ${join(folder, 'x-{0..2}.tar')}`,
    );
    expect(() => expandBraces('x-{0..99999999}.tar')).toThrow(
      'shards: x-{0..99999999}.tar names 100000000 files, more than 100000; check the range',
    );
    expect(() => expandBraces('{0..999}{0..999}.tar')).toThrow(/names 1000000 files/);
    expect(() => expandBraces('{5..1}.tar')).toThrow('shards: {5..1} in {5..1}.tar counts backwards; write {1..5}');
    expect(() => expandBraces('{a..c}.tar')).toThrow(/is no range of numbers such as \{0000\.\.0009\}$/);
  });
});

describe('the order of shards', () => {
  it('is a permutation that visits shard by shard, mixed by no more than the buffer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (lengths, bufferSize, seed) => {
          const order = [...bufferedOrder(lengths, { seed, epoch: 1, bufferSize })];
          const total = lengths.reduce((a, b) => a + b, 0);
          expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
          // With a buffer of one nothing is mixed: each shard comes out in one ascending run.
          const shardOf = lengths.flatMap((length, shard) => new Array<number>(length).fill(shard));
          const visits = order.map((index) => shardOf[index]!);
          const runs = visits.filter((shard, i) => shard !== visits[i - 1]);
          if (bufferSize === 1) expect(new Set(runs).size).toBe(runs.length);
        },
      ),
    );
  });

  it('never draws a sample more than a buffer early', () => {
    const order = bufferedOrder([1000], { seed: 3, epoch: 0, bufferSize: 50 });
    expect(Math.max(...order.map((index, position) => index - position))).toBeLessThan(50);
    expect(order.slice(0, 100)).not.toEqual(Int32Array.from({ length: 100 }, (_, i) => i));
  });
});
