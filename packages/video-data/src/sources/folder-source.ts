import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import {
  type ClassList,
  classesOfFolders,
  fingerprintOf,
  shuffledOrder,
  topFolder,
  walkFolder,
} from '@masked-distill/image-data/loading';
import type { ClipLocation, ClipSource } from './clip-source.ts';
import { framesLocation } from './frames-location.ts';
import { numberedFrames } from './numbered-frames.ts';
import { hasVideoExtension, VIDEO_EXTENSIONS } from './video-extensions.ts';

/** How to read a folder of videos. */
export interface ClipFolderOptions {
  /** The classes in the order of their labels, so that several folders agree; default: the sub-folders' names, sorted. */
  readonly classes?: ClassList;
}

type Entry = { readonly key: string; readonly location: ClipLocation };

/**
 * Opens a folder of videos: video files, and folders that hold numbered pictures, each of which is a video. Those in the folder itself
 * make it flat, without labels; otherwise every sub-folder that holds videos, at any depth, is a class, and classes are numbered by
 * their sorted names. Hidden files and folders are left out.
 *
 * @throws InputError when there is no such folder, it holds no video, or a class is not among `options.classes`
 */
export async function openClipFolder(path: string, options: ClipFolderOptions = {}): Promise<ClipSource> {
  const entries = await listVideos(path);
  if (entries.length === 0) {
    throw new InputError(
      `folder: ${path} holds no videos; looked for ${VIDEO_EXTENSIONS.join(', ')} and for folders of numbered pictures at any depth`,
    );
  }
  const isFlat = entries.some(({ key }) => !key.includes('/'));
  const keys = entries.map(({ key }) => key);
  const classes = isFlat ? undefined : classesOfFolders(keys, { root: path, classes: options.classes });
  const indexOf = new Map(classes?.map((name, label) => [name, label]));
  return {
    name: path,
    noun: 'videos',
    length: entries.length,
    classes,
    sample(index) {
      const { key, location } = entries[index]!;
      return { key, label: indexOf.get(topFolder(key)), location };
    },
    order: (seed, epoch) => shuffledOrder(entries.length, seed, epoch),
    async fingerprint() {
      return fingerprintOf(
        (function* () {
          for (const { key, location } of entries) {
            yield key;
            yield sizeOf(location);
          }
        })(),
      );
    },
  };
}

/** What stands for a video's content in a fingerprint: a file's bytes, a folder's pictures. */
export function sizeOf(location: ClipLocation): number | undefined {
  if (location.kind === 'frames') return location.count;
  return location.kind === 'file' ? statSync(location.path, { throwIfNoEntry: false })?.size : undefined;
}

/** All videos below a folder, their keys relative to it, sorted by code units. */
async function listVideos(root: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { path, files } of walkFolder(root)) {
    const videos = files.filter(hasVideoExtension);
    for (const file of videos) {
      const key = path === '' ? file : `${path}/${file}`;
      entries.push({ key, location: { kind: 'file', path: join(resolve(root), key) } });
    }
    const frames = videos.length > 0 ? undefined : numberedFrames(files);
    if (frames === undefined) continue;
    if (path === '') {
      throw new InputError(`folder: ${root} holds the frames of a single video; give the folder that it lies in`);
    }
    entries.push({ key: path, location: framesLocation(join(resolve(root), path), frames) });
  }
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
}
