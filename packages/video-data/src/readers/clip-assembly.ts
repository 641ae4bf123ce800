import { InputError } from '@masked-distill/base';
import type { ImageSize } from '@masked-distill/image-data';
import type { Clip } from '../clip.ts';
import { UnreadableVideo } from '../errors.ts';
import type { ClipRequest } from './clip-reader.ts';

/** The most bytes of one clip: what a typed array is sure to hold. */
const MAX_CLIP_BYTES = 2 ** 31;

/** Puts frames, in whatever order they are decoded, where a request wants them. */
export interface ClipAssembly {
  /** The indices to decode, ascending, each once. */
  readonly wanted: readonly number[];
  /** Rows of a frame. */
  readonly height: number;
  /** Pixels in a row. */
  readonly width: number;
  /** Whether frame `index` has come. */
  has(index: number): boolean;
  /** Memory to write frame `index` into, `[height, width, 3]`; counts as come. */
  place(index: number): Uint8Array;
  /** Takes back that frame `index` has come. */
  withdraw(index: number): void;
  /** Says why frame `index` does not come. */
  lose(index: number, reason: string): void;
  /** Copies frames asked for twice, fills in those that never came, and hands out the clip. */
  finish(): Clip;
}

/**
 * Checks a request and reserves its memory.
 *
 * @param frames how many frames the video has
 * @param stored the video's upright size
 * @throws InputError for a request that makes no sense, UnreadableVideo for a frame that the video does not have
 */
export function createClipAssembly(
  request: ClipRequest,
  { frames, stored }: { frames: number; stored: ImageSize },
): ClipAssembly {
  const [height, width] = request.size ?? stored;
  if (request.frames.length === 0) throw new InputError('readVideo: no frames are asked for; name at least one index');
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    throw new InputError(`readVideo: size is [${height}, ${width}]; give whole numbers from 1 on`);
  }
  for (const index of request.frames) {
    if (!Number.isInteger(index) || index < 0) {
      throw new InputError(`readVideo: frame ${index} is asked for; indices are whole numbers from 0 on`);
    }
    if (index >= frames) throw new UnreadableVideo(`frame ${index} is asked for, and there are ${frames}`);
  }
  const bytes = height * width * 3;
  if (bytes * request.frames.length > MAX_CLIP_BYTES) {
    throw new InputError(
      `readVideo: ${request.frames.length} frames of ${width}x${height} are over 2 GiB; ask for fewer, or for a smaller size`,
    );
  }
  const data = new Uint8Array(bytes * request.frames.length);
  const firstPlace = new Map<number, number>();
  request.frames.forEach((index, position) => {
    if (!firstPlace.has(index)) firstPlace.set(index, position);
  });
  const wanted = [...firstPlace.keys()].sort((a, b) => a - b);
  const come = new Set<number>();
  const reasons = new Map<number, string>();
  const frameAt = (position: number) => data.subarray(position * bytes, (position + 1) * bytes);
  return {
    wanted,
    height,
    width,
    has: (index) => come.has(index),
    place(index) {
      come.add(index);
      return frameAt(firstPlace.get(index)!);
    },
    withdraw(index) {
      come.delete(index);
    },
    lose(index, reason) {
      reasons.set(index, reason);
    },
    finish() {
      const sound = wanted.filter((index) => come.has(index));
      const lost = wanted.find((index) => !come.has(index));
      if (lost !== undefined && (!request.lenient || sound.length === 0)) {
        const reason = reasons.has(lost) ? ` (${reasons.get(lost)})` : '';
        throw new UnreadableVideo(
          `frame ${lost} can't be decoded${reason}; ${sound.length} of the ${wanted.length} frames asked for are sound`,
        );
      }
      const missing: number[] = [];
      request.frames.forEach((index, position) => {
        if (!come.has(index)) missing.push(position);
        const source = come.has(index) ? index : (sound.findLast((other) => other < index) ?? sound[0]!);
        if (firstPlace.get(source) !== position) frameAt(position).set(frameAt(firstPlace.get(source)!));
      });
      const clip = { data, frames: request.frames.length, height, width };
      return missing.length > 0 ? { ...clip, missing } : clip;
    },
  };
}
