// Divides labelled images into folders for training, tuning and testing by a fixed rule: of each class, in the order of the images' keys,
// the eighth of every ten goes to `tune` (where learning rates are chosen), the ninth and tenth to `test`, the others to `train`. Files are
// copied as they are to <folder>/<part>/<class>/<key>.
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openImageSource } from '@masked-distill/image-data';

/** Divides `images`, which is anything that --data takes, unless `folder` is there already. */
export async function prepareData(images, folder) {
  if (await stat(folder).catch(() => undefined)) return;
  const source = await openImageSource(images);
  const byClass = new Map();
  for (let i = 0; i < source.length; i++) {
    const { label } = source.sample(i);
    if (label === undefined)
      throw new Error(`${images}: ${source.sample(i).key} has no label; this comparison needs classes`);
    byClass.set(label, [...(byClass.get(label) ?? []), i]);
  }

  // Built beside its place and moved there when whole.
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const counts = { train: 0, tune: 0, test: 0 };
  for (const [label, members] of byClass) {
    const sorted = members.map((i) => source.sample(i)).sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const [place, { key, location }] of sorted.entries()) {
      const part = { 7: 'tune', 8: 'test', 9: 'test' }[place % 10] ?? 'train';
      const to = join(unfinished, part, String(label).padStart(3, '0'));
      await mkdir(to, { recursive: true });
      const bytes = await bytesOf(location);
      await writeFile(join(to, named(basename(key), bytes)), bytes);
      counts[part]++;
    }
  }
  await rename(unfinished, folder);
  console.log(`${folder}: ${counts.train} images to train on, ${counts.tune} to tune by, ${counts.test} to test by`);
}

// Keys of a tar have no extension.
function named(key, bytes) {
  if (/\.\w+$/.test(key)) return key;
  return `${key}.${bytes[0] === 0xff ? 'jpg' : 'png'}`;
}

async function bytesOf({ kind, path, offset = 0, length }) {
  if (kind !== 'file' && kind !== 'range') throw new Error(`an image that is ${kind} can't be copied as it is`);
  const file = await open(path);
  try {
    const size = length ?? (await file.stat()).size;
    const bytes = Buffer.alloc(size);
    await file.read(bytes, 0, size, offset);
    return bytes;
  } finally {
    await file.close();
  }
}
