import type { Clip } from '../clip.ts';
import { UnreadableVideo } from '../errors.ts';
import { isDrawn, probeMotion, readMotion } from '../procedural/read-motion.ts';
import type { ClipInfo, ClipReader, ClipRequest } from '../readers/clip-reader.ts';
import { type ClipReaderOptions, createClipReader } from '../readers/create-clip-reader.ts';
import type { ClipLocation } from '../sources/clip-source.ts';

/** Reads whatever a {@link ClipLocation} can be: what a {@link ClipReader} does, for drawn videos and known faults too. */
export interface SampleReader {
  /** As {@link ClipReader} says. */
  probe(location: ClipLocation): Promise<ClipInfo>;
  /** As {@link ClipReader} says. */
  read(location: ClipLocation, request: ClipRequest): Promise<Clip>;
  /** Frees what is held; readings under way fail. */
  close(): Promise<void>;
}

/** Makes a {@link SampleReader}. What decodes video is looked for when the first video is read: drawn ones need none. */
export function createSampleReader(options: ClipReaderOptions): SampleReader {
  let opened: Promise<ClipReader> | undefined;
  const reader = () => {
    opened ??= createClipReader(options);
    return opened;
  };
  return {
    async probe(location) {
      if (location.kind === 'unreadable') throw new UnreadableVideo(location.reason);
      return isDrawn(location) ? probeMotion(location) : (await reader()).probe(location);
    },
    async read(location, request) {
      if (location.kind === 'unreadable') throw new UnreadableVideo(location.reason);
      return isDrawn(location) ? readMotion(location, request) : (await reader()).read(location, request);
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}
