import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { imageSourceConformance, limitSource, requireLabels } from '@masked-distill/image-data';
import { describe, expect, it } from 'vitest';
import { type ClipSource, openClipFolder, openClipList, openClipSource } from '../../src/index.ts';
import { folderOf } from '../support/files.ts';
import { type TarEntry, tarOf } from '../support/tar.ts';

const samples = (source: ClipSource) => Array.from({ length: source.length }, (_, i) => source.sample(i));
const keys = (source: ClipSource) => samples(source).map(({ key, label }) => [key, label]);
const conformance = (open: () => Promise<ClipSource>) =>
  imageSourceConformance(open).map(({ name, run }) => [name, run] as const);

/** Files of no content under the names `template` gives for `first` to `first + count - 1`. */
const numbered = (template: (number: number) => string, count: number, first = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [template(first + i), '']));
const jester = (folder: string, count: number) => numbered((i) => `${folder}/${String(i).padStart(5, '0')}.jpg`, count);

describe('a folder of videos', () => {
  const files = {
    'jump/a.mp4': 'x',
    'jump/deep/b.MKV': '',
    'clap/c.webm': '',
    'clap/.hidden.mp4': '',
    'clap/notes.txt': '',
    ...numbered((i) => `clap/frames/img_${String(i).padStart(5, '0')}.jpg`, 12),
    ...numbered((i) => `clap/frames/flow_x_${String(i).padStart(5, '0')}.jpg`, 12),
  };
  const open = async (options = {}) => openClipSource(await folderOf(files), options);

  it.each(conformance(open))('%s', (_, run) => run());

  it('has classes by folder, files and folders of frames', async () => {
    const source = await open();
    expect([source.noun, source.classes]).toEqual(['videos', ['clap', 'jump']]);
    expect(keys(source)).toEqual([
      ['clap/c.webm', 0],
      ['clap/frames', 0],
      ['jump/a.mp4', 1],
      ['jump/deep/b.MKV', 1],
    ]);
    expect(source.sample(1).location).toMatchObject({ kind: 'frames', template: 'img_{:05}.jpg', first: 1, count: 12 });
    expect(requireLabels(source)).toEqual(['clap', 'jump']);
    expect(limitSource(source, 2).length).toBe(2);
  });

  it('takes the classes of another folder', async () => {
    const classes = ['bow', 'clap', 'jump'];
    expect(keys(await open({ classes })).map(([, label]) => label)).toEqual([1, 1, 2, 2]);
    await expect(open({ classes: ['clap'] })).rejects.toThrow(/^folder: \S+\/jump is none of the 1 known classes$/);
  });

  it('is flat where videos lie in it, follows links, and goes in no circle', async () => {
    const other = await folderOf({ 'linked.mp4': '' });
    const root = await folderOf({ 'b.mp4': '', 'sub/a.avi': '' });
    await symlink(other, join(root, 'more'));
    await symlink(root, join(root, 'sub', 'round'));
    await symlink(join(root, 'gone'), join(root, 'dangling.mp4'));
    const source = await openClipFolder(root);
    expect([source.classes, ...keys(source)]).toEqual([
      undefined,
      ['b.mp4', undefined],
      ['more/linked.mp4', undefined],
      ['sub/a.avi', undefined],
    ]);
  });

  it('keeps a folder whose numbers have a gap as one that can not be read', async () => {
    const root = await folderOf({ 'a/v/1.png': '', 'a/v/2.png': '', 'a/v/5.png': '' });
    expect((await openClipFolder(root)).sample(0).location).toEqual({
      kind: 'unreadable',
      reason: `picture 3 of 1..5 is missing in ${join(root, 'a/v')}`,
    });
  });

  it('refuses one that is not there, holds nothing, or is itself a video', async () => {
    await expect(openClipSource('/no/such/place')).rejects.toThrow('data: there is no /no/such/place');
    const empty = await folderOf({ 'a/readme.txt': '' });
    await expect(openClipFolder(empty)).rejects.toThrow(
      `folder: ${empty} holds no videos; looked for mp4, m4v, mov, mkv, webm, avi,`,
    );
    const frames = await folderOf({ '1.jpg': '', '2.jpg': '' });
    await expect(openClipFolder(frames)).rejects.toThrow(
      `folder: ${frames} holds the frames of a single video; give the folder that it lies in`,
    );
    const one = join(await folderOf({ 'a.mp4': '' }), 'a.mp4');
    await expect(openClipSource(one)).rejects.toThrow(
      `data: ${one} is a single video; give its folder, a list of 'path label' lines, or .tar files`,
    );
  });

  it('changes its fingerprint with a name, a size or the number of frames, and not with the place', async () => {
    const of = async (content: Record<string, string>) => (await openClipFolder(await folderOf(content))).fingerprint();
    const same = { 'a/1.mp4': 'x', ...jester('b/v', 3) };
    expect(await of(same)).toBe(await of(same));
    const others = [
      { ...same, 'a/1.mp4': 'xy' },
      { ...same, ...jester('b/v', 4) },
      { 'a/2.mp4': 'x', ...jester('b/v', 3) },
    ];
    expect(new Set(await Promise.all([same, ...others].map(of))).size).toBe(4);
  });
});

describe('a list of videos', () => {
  const files = { 'a.mp4': 'xx', 'my clips/b 2.mp4': '', ...jester('v1', 8), ...jester('v2', 6) };
  const open = async (text: string | Uint8Array, options = {}) =>
    openClipList(join(await folderOf({ 'list.txt': text, ...files }), 'list.txt'), options);

  it.each(conformance(() => open('a.mp4 0\nmy clips/b 2.mp4 1\nv1 1')))('%s', (_, run) => run());

  it('as K400 has them: path and label, by space, comma or tab, quoted or not', async () => {
    const source = await open(
      '\uFEFF# a comment\r\na.mp4 3\r\n\r\na.mp4,0\na.mp4\t1\n"my clips/b 2.mp4" 2\nmy clips/b 2.mp4, 2\n',
    );
    expect(keys(source)).toEqual([
      ['a.mp4', 3],
      ['a.mp4', 0],
      ['a.mp4', 1],
      ['my clips/b 2.mp4', 2],
      ['my clips/b 2.mp4', 2],
    ]);
    expect(samples(source).map(({ line }) => line)).toEqual([2, 4, 5, 6, 7]);
    expect(source.classes).toEqual(['0', '1', '2', '3']);
  });

  it('as SSv2 has them: path, frames and label, the path a folder of frames or a video', async () => {
    const source = await open('v1 8 1\nv2 5 0\na.mp4 99 1');
    const [one, two, three] = samples(source);
    expect(one).toMatchObject({ key: 'v1', label: 1, frames: 8, location: { kind: 'frames', count: 8, first: 1 } });
    // What the list says counts, for someone may mean a part.
    expect(two).toMatchObject({ key: 'v2', label: 0, frames: 5, location: { template: '{:05}.jpg', count: 5 } });
    expect(three).toMatchObject({ key: 'a.mp4', label: 1, frames: 99, location: { kind: 'file' } });
    expect(three).not.toHaveProperty('start');
  });

  it('as VideoMAEv2 has them: path, start and frames, below 0 for all of it', async () => {
    const source = await open('a.mp4 -1 -1\na.mp4 16 64\nv1 3 4');
    const [whole, part, frames] = samples(source);
    expect(whole).not.toHaveProperty('start');
    expect(part).toMatchObject({ start: 16, frames: 64, location: { kind: 'file' } });
    expect(frames).toMatchObject({ location: { kind: 'frames', first: 3, count: 4 } });
    expect(frames).not.toHaveProperty('start');
    expect(source.classes).toBeUndefined();
    const labelled = await open('a.mp4 0 10 1\na.mp4 10 10 0');
    expect(samples(labelled).map(({ start, label }) => [start, label])).toEqual([
      [0, 1],
      [10, 0],
    ]);
  });

  it('looks into folders of frames where no count is given', async () => {
    const source = await open('v1 1\nv2 0');
    expect(samples(source).map(({ location }) => (location as { count: number }).count)).toEqual([8, 6]);
    const zero = await folderOf({ ...numbered((i) => `v/frame${i}.png`, 3, 0), 'x.txt': 'v 0\n' });
    expect((await openClipList(join(zero, 'x.txt'))).sample(0).location).toMatchObject({
      template: 'frame{}.png',
      first: 0,
      count: 3,
    });
  });

  it('takes columns, template and first number as they are told', async () => {
    const columns = await open('v1 0 4', { columns: 'path start frames', template: '%05d.jpg' });
    expect(columns.sample(0).location).toMatchObject({ template: '%05d.jpg', first: 0, count: 4 });
    const first = await open('v1 4 0', { firstFrame: 2 });
    expect(first.sample(0).location).toMatchObject({ first: 2, count: 4 });
  });

  it('starts from its own folder or from the root given, and says where it looked', async () => {
    const root = await folderOf({ 'clips/a.mp4': '' });
    const list = join(await folderOf({ 'train.csv': 'clips/a.mp4 0\n' }), 'train.csv');
    expect((await openClipSource(list, { root })).sample(0).location).toEqual({
      kind: 'file',
      path: join(root, 'clips/a.mp4'),
    });
    await expect(openClipSource(list)).rejects.toThrow(
      /^list: \S+\/train\.csv line 1: there is no \S+\/clips\/a\.mp4; give the root that paths start from if it is another folder$/,
    );
  });

  it.each([
    ['', /names no videos; write one 'path label' on each line$/],
    ['# nothing\n\n', /names no videos/],
    ['a.mp4 0\na.mp4 -1', /line 2: label -1 is outside 0\.\.999999$/],
    ['a.mp4 0\na.mp4 walking', /line 2: 'walking' is not a number;/],
    ['a.mp4 0\n"a.mp4 1', /line 2: the quote that opens "a\.mp4 1 is never closed$/],
    ['a.mp4 0\na.mp4 5000000', /line 2: label 5000000 is outside/],
    ['a.mp4 10 0\na.mp4 1', /line 2: 1 numbers behind the path, where 'path frames label' has 2$/],
    ['gone.mp4 0', /line 1: there is no \S+gone\.mp4; give the root that paths start from/],
    ['path,label\na.mp4,0', /line 1: there is no \S+path,label; give the root that paths start from/],
    [
      new Uint8Array([97, 0, 98]),
      /is not text; give a folder of videos, a list of 'path label' lines, or \.tar files$/,
    ],
  ])('refuses %j', async (text, message) => {
    await expect(open(text)).rejects.toThrow(message);
  });

  it('refuses labels outside the classes given, naming the line', async () => {
    await expect(open('a.mp4 0\n\na.mp4 2', { classes: ['a', 'b'] })).rejects.toThrow(
      /^labels: \S+list\.txt line 3 has label 2, outside 0\.\.1; labels count from 0$/,
    );
  });
});

describe('WebDataset tars of videos', () => {
  const entries = (key: string, label: number): TarEntry[] => [
    { name: `${key}.mp4`, body: `video ${key}` },
    { name: `${key}.cls`, body: `${label}` },
    { name: `${key}.txt`, body: 'ignored' },
  ];
  const shards = async () => {
    const root = await folderOf({
      'x-0.tar': tarOf([...entries('a', 0), ...entries('b', 1)]),
      'x-1.tar': tarOf([
        { name: 'c.webm', body: 'video c' },
        { name: 'c.json', body: '{"label": 2, "frames": 75, "other": [1]}' },
        { name: 'd.gif', body: 'video d' },
        { name: 'd.json', body: 'no json' },
      ]),
    });
    return openClipSource(join(root, 'x-{0..1}.tar'));
  };

  it.each(conformance(shards))('%s', (_, run) => run());

  it('have keys, labels and frames', async () => {
    const source = await shards();
    expect(samples(source).map(({ key, label, frames }) => [key, label, frames])).toEqual([
      ['a', 0, undefined],
      ['b', 1, undefined],
      ['c', 2, 75],
      ['d', undefined, undefined],
    ]);
    expect(source.sample(0).location).toMatchObject({ kind: 'range', length: 7 });
    expect([source.noun, source.classes]).toEqual(['videos', ['0', '1', '2']]);
  });

  it('are refused where they hold none, or a name that leads out', async () => {
    const open = async (members: TarEntry[]) =>
      openClipSource(join(await folderOf({ 'x.tar': tarOf(members) }), 'x.tar'));
    await expect(open([{ name: 'a.jpg', body: 'x' }])).rejects.toThrow(/holds no videos$/);
    await expect(open([{ name: '../a.mp4', body: 'x' }])).rejects.toThrow(/^tar: .*\.\.\/a\.mp4/);
    await expect(open([...entries('a', 0), { name: 'a.mkv', body: 'x' }])).rejects.toThrow(
      /a has two videos, a\.mp4 and a\.mkv/,
    );
    await expect(openClipSource('no-{0..2}.tar')).rejects.toThrow(
      'tar: there is no no-0.tar, one of the 3 in no-{0..2}.tar',
    );
  });
});
