import { stat } from 'node:fs/promises';
import { firstLine } from '@masked-distill/image-data/loading';
import { UnreadableVideo } from '../errors.ts';
import type { VideoLocation } from './clip-reader.ts';

/** Keeps what was found out about the videos last looked at. A file that changed is looked at again. */
export interface Remembered<T> {
  /** What is known of `video`, or what `find` finds out. */
  get(video: VideoLocation, find: () => Promise<T>): Promise<T>;
}

/** Makes a {@link Remembered} of at most `limit` videos. */
export function remember<T>(limit: number): Remembered<T> {
  const known = new Map<string | Uint8Array, { readonly version: string; readonly found: Promise<T> }>();
  return {
    async get(video, find) {
      const key = keyOf(video);
      const version = await versionOf(video);
      const entry = known.get(key);
      known.delete(key);
      const found = entry?.version === version ? entry.found : find();
      known.set(key, { version, found });
      if (known.size > limit) known.delete(known.keys().next().value!);
      // A failure may be one of the moment, such as a time limit.
      found.catch(() => {
        if (known.get(key)?.found === found) known.delete(key);
      });
      return found;
    },
  };
}

function keyOf(video: VideoLocation): string | Uint8Array {
  if (video.kind === 'bytes') return video.bytes;
  if (video.kind === 'file') return video.path;
  if (video.kind === 'range') return `${video.path}\0${video.offset}\0${video.length}`;
  return `${video.folder}\0${video.template}\0${video.first}\0${video.count}`;
}

async function versionOf(video: VideoLocation): Promise<string> {
  if (video.kind === 'frames') return '';
  if (video.kind === 'bytes') {
    if (video.bytes.length === 0) throw new UnreadableVideo('the file is empty');
    return '';
  }
  const file = await stat(video.path).catch((cause: unknown) => {
    throw new UnreadableVideo(firstLine(cause), { cause });
  });
  // Opening a pipe would wait for someone to write into it.
  if (!file.isFile()) throw new UnreadableVideo(`${video.path} is no file`);
  if (file.size === 0 || (video.kind === 'range' && video.length === 0)) throw new UnreadableVideo('the file is empty');
  return `${file.mtimeMs} ${file.size} ${file.ino}`;
}
