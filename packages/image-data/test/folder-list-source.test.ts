import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ImageSource,
  imageSourceConformance,
  openImageSource,
  requireLabels,
  splitSource,
  subsetSource,
} from '../src/index.ts';
import { parseListLine } from '../src/sources/list-line.ts';
import { folderOf } from './support/files.ts';

const entries = (source: ImageSource) =>
  Array.from({ length: source.length }, (_, i) => [source.sample(i).key, source.sample(i).label]);

describe('an image folder', () => {
  const files = {
    'dog/2.JPG': '',
    'dog/deep/1.png': '',
    'cat/a.webp': '',
    'cat/.hidden.jpg': '',
    '.git/x.png': '',
    'cat/notes.txt': '',
  };
  const open = async (options = {}) => openImageSource(await folderOf(files), options);

  it.each(imageSourceConformance(open).map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());

  it('numbers its class folders by name, and leaves out hidden files and files that are no images', async () => {
    const source = await open();
    expect(source.classes).toEqual(['cat', 'dog']);
    expect(entries(source)).toEqual([
      ['cat/a.webp', 0],
      ['dog/2.JPG', 1],
      ['dog/deep/1.png', 1],
    ]);
    expect(requireLabels(source)).toEqual(['cat', 'dog']);
  });

  it('takes the classes of another folder, so that labels agree', async () => {
    expect(entries(await open({ classes: ['ant', 'cat', 'dog'] })).map(([, label]) => label)).toEqual([1, 2, 2]);
    await expect(open({ classes: ['cat', 'cow'] })).rejects.toThrow(
      /^folder: \S+\/dog is none of the 2 known classes$/,
    );
    await expect(open({ classes: 3 })).rejects.toThrow(/^folder: \S+ has 2 class folders, 3 were expected$/);
  });

  it('is flat, without labels, when images lie in the folder itself', async () => {
    const source = await openImageSource(await folderOf({ 'a.jpg': '', 'more/b.gif': '' }));
    expect(source.classes).toBeUndefined();
    expect(entries(source)).toEqual([
      ['a.jpg', undefined],
      ['more/b.gif', undefined],
    ]);
    expect(() => requireLabels(source)).toThrow(/has none, and this needs labels; give class sub-folders/);
  });

  it('follows links, but not in circles', async () => {
    const other = await folderOf({ 'linked.jpg': '' });
    const folder = await folderOf({ 'cat/1.jpg': '' });
    await symlink(other, join(folder, 'dog'));
    await symlink(folder, join(folder, 'cat', 'round'));
    await symlink(join(folder, 'gone'), join(folder, 'cat', 'dangling.jpg'));
    expect(entries(await openImageSource(folder))).toEqual([
      ['cat/1.jpg', 0],
      ['dog/linked.jpg', 1],
    ]);
  });

  it('refuses a missing path, a folder without images, and one class where labels are needed', async () => {
    await expect(openImageSource('/no/such/place')).rejects.toThrow('data: there is no /no/such/place');
    const empty = await folderOf({ 'a/readme.txt': '' });
    await expect(openImageSource(empty)).rejects.toThrow(
      `folder: ${empty} holds no images; looked for jpg, jpeg, png,`,
    );
    const one = await folderOf({ 'cat/1.jpg': '' });
    const source = await openImageSource(one);
    expect(() => requireLabels(source)).toThrow(`labels: ${one} has one class only (cat), and this needs two or more`);
    await expect(openImageSource(join(one, 'cat/1.jpg'))).rejects.toThrow(/1\.jpg is a single image; give its folder/);
  });

  it('changes its fingerprint with a name, a size or a label, and not with the place', async () => {
    const of = async (content: Record<string, string>) =>
      (await openImageSource(await folderOf(content))).fingerprint();
    const same = { 'a/1.jpg': 'x', 'b/2.jpg': 'yy' };
    expect(await of(same)).toBe(await of(same));
    const others: Record<string, string>[] = [
      { ...same, 'b/2.jpg': 'y' },
      { 'a/1.jpg': 'x', 'b/3.jpg': 'yy' },
      { 'a/1.jpg': 'x', 'c/2.jpg': 'yy' },
    ];
    expect(new Set(await Promise.all([same, ...others].map(of))).size).toBe(4);
  });
});

describe('a list', () => {
  const open = async (text: string, options = {}) =>
    openImageSource(join(await folderOf({ 'list.txt': text, 'a.jpg': '', 'b c.png': '' }), 'list.txt'), options);

  it.each(
    imageSourceConformance(() => open('a.jpg 0\nb c.png,1\na.jpg 1')).map(({ name, run }) => [name, run] as const),
  )('%s', (_, run) => run());

  it('reads spaces, tabs, commas, quotes, comments, blank lines and Windows line ends', async () => {
    const source = await open(
      '\uFEFF# a comment\r\na.jpg 3\r\n\r\na.jpg\t0\na.jpg,1\n"b c.png" 2\nb c.png\n"b c.png"\n',
    );
    expect(entries(source)).toEqual([
      ['a.jpg', 3],
      ['a.jpg', 0],
      ['a.jpg', 1],
      ['b c.png', 2],
      ['b c.png', undefined],
      ['b c.png', undefined],
    ]);
    expect(source.classes).toEqual(['0', '1', '2', '3']);
    expect(() => requireLabels(source)).toThrow(/: b c\.png has no label, and this needs labels$/);
  });

  it('starts from its own folder or from the root given', async () => {
    const root = await folderOf({ 'a.jpg': '' });
    expect((await open('a.jpg 0')).sample(0).location).toMatchObject({
      path: expect.stringMatching(/image-data-\w+\/a\.jpg$/),
    });
    expect((await open('a.jpg 0', { root })).sample(0).location).toEqual({ kind: 'file', path: join(root, 'a.jpg') });
  });

  it('names the line that is wrong', async () => {
    await expect(open('a.jpg 0\na.jpg cat')).rejects.toThrow(
      /list\.txt line 2: 'cat' is not a label; write 'path label' with a class index, and quote a path that holds spaces$/,
    );
    await expect(open('a.jpg -1')).rejects.toThrow(/list\.txt line 1: label -1 is outside 0\.\.999999$/);
    await expect(open('"a.jpg 1')).rejects.toThrow(/line 1: the quote that opens "a\.jpg 1 is never closed$/);
    await expect(open('a.jpg 0\n\na.jpg 7', { classes: 3 })).rejects.toThrow(
      /labels: \S+list\.txt line 3 has label 7, outside 0\.\.2; labels count from 0$/,
    );
    await expect(open('\ngone.jpg 0')).rejects.toThrow(
      /line 2: there is no \S+gone\.jpg; give the root that paths start from if it is another folder$/,
    );
    await expect(open('# nothing\n')).rejects.toThrow(
      /list\.txt names no images; write one 'path label' on each line$/,
    );
    await expect(open('a\0b')).rejects.toThrow(/list\.txt is not text; give an image folder/);
  });

  it('reads back every path and label that it is given in quotes', () => {
    const path = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(path, fc.nat(999_999), (name, label) => {
        expect(parseListLine(`"${name.replaceAll('"', '""')}" ${label}`)).toEqual({ path: name, label });
      }),
    );
  });
});

describe('views of a source', () => {
  const open = async () =>
    openImageSource(
      await folderOf(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${'ab'[i % 2]}/${i}.jpg`, '']))),
    );

  it.each(
    imageSourceConformance(async () => subsetSource(await open(), [7, 3, 5])).map(
      ({ name, run }) => [name, run] as const,
    ),
  )('%s', (_, run) => run());

  it('divide it by key: no picture on both sides, none lost, and none moved when another is taken away', async () => {
    const source = await open();
    const { train, validation } = splitSource(source, { validation: 0.2, seed: 1 });
    const keys = (part: ImageSource) => entries(part).map(([key]) => key as string);
    expect([...keys(train), ...keys(validation)].sort()).toEqual(keys(source));
    // 200 draws of 0.2: 40, with a standard deviation of 5.7.
    expect(validation.length).toBeGreaterThan(23);
    expect(validation.length).toBeLessThan(57);
    const fewer = splitSource(
      subsetSource(
        source,
        Array.from({ length: 150 }, (_, i) => i),
      ),
      { validation: 0.2, seed: 1 },
    );
    expect(keys(validation)).toEqual(expect.arrayContaining(keys(fewer.validation)));
    expect(() => splitSource(source, { validation: 1 })).toThrow(
      'split: validation is 1; give a share between 0 and 1, such as 0.1',
    );
  });

  it('keep the order of the whole', async () => {
    const source = await open();
    const subset = subsetSource(source, [5, 9, 2]);
    const whole = [...source.order(0, 0)].map((i) => source.sample(i).key);
    const part = [...subset.order(0, 0)].map((i) => subset.sample(i).key);
    expect(part).toEqual(whole.filter((key) => part.includes(key)));
    expect(() => subsetSource(source, [3, 3])).toThrow(/index 3 of \S+ is chosen twice or outside 0\.\.199$/);
  });
});
