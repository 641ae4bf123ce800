// Divides labelled samples into folders for training, tuning and testing by a fixed rule: of each class, in the order of their keys, the eighth of
// every ten goes to `tune` (where learning rates are chosen), the ninth and tenth to `test`, the others to `train`. Files are copied as they are
// to <folder>/<part>/<class>/<key>.
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openImageSource } from '@masked-distill/image-data';
import { openClipSource } from '@masked-distill/video-data';

/** Divides `images`, which is anything that --data takes, unless `folder` is there already. */
export const prepareImages = (images, folder) =>
  prepare(images, { folder, open: openImageSource, groupOf: (key) => key });

/** The same with videos; cuts of one (`name_s0`, `name_s1`) stay together. */
export const prepareVideos = (videos, folder) =>
  prepare(videos, { folder, open: openClipSource, groupOf: (key) => key.replace(/_s\d+(\.\w+)?$/, '') });

async function prepare(path, { folder, open: openSource, groupOf }) {
  if (await stat(folder).catch(() => undefined)) return;
  const source = await openSource(path);
  const byClass = new Map();
  for (let i = 0; i < source.length; i++) {
    const sample = source.sample(i);
    if (sample.label === undefined)
      throw new Error(`${path}: ${sample.key} has no label; this comparison needs classes`);
    byClass.set(sample.label, [...(byClass.get(sample.label) ?? []), sample]);
  }

  // Built beside its place and moved there when whole.
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const counts = { train: 0, tune: 0, test: 0 };
  for (const [label, members] of byClass) {
    const groups = [...new Set(members.map(({ key }) => groupOf(key)))].sort();
    const places = new Map(groups.map((group, place) => [group, place]));
    for (const { key, location } of members) {
      const part = { 7: 'tune', 8: 'test', 9: 'test' }[places.get(groupOf(key)) % 10] ?? 'train';
      const to = join(unfinished, part, String(label).padStart(3, '0'));
      await mkdir(to, { recursive: true });
      const bytes = await bytesOf(location);
      await writeFile(join(to, named(basename(key), bytes)), bytes);
      counts[part]++;
    }
  }
  await rename(unfinished, folder);
  console.log(`${folder}: ${counts.train} to train on, ${counts.tune} to tune by, ${counts.test} to test by`);
}

// Keys of a tar have no extension.
function named(key, bytes) {
  if (/\.\w+$/.test(key)) return key;
  if (bytes[0] === 0xff) return `${key}.jpg`;
  return bytes.toString('latin1', 1, 4) === 'PNG' ? `${key}.png` : `${key}.mp4`;
}

async function bytesOf({ kind, path, offset = 0, length }) {
  if (kind !== 'file' && kind !== 'range') throw new Error(`a sample that is ${kind} can't be copied as it is`);
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
