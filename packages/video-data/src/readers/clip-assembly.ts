import { InputError } from '@masked-distill/base';
import type { Box, ImageSize } from '@masked-distill/image-data';
import type { Clip } from '../clip.ts';
import { UnreadableVideo } from '../errors.ts';
import type { ClipRequest } from './clip-reader.ts';

/** The most bytes of one clip: what a typed array is sure to hold. */
const MAX_CLIP_BYTES = 2 ** 31;

/** Puts frames, in whatever order they are decoded, where a request wants them. */
export interface ClipAssembly {
  /** The indices to decode, ascending, each once. */
  readonly wanted: readonly number[];
  /** The parts wanted of each, in pixels of an upright frame as stored. */
  readonly crops: readonly Box[];
  /** Rows of a part once scaled. */
  readonly height: number;
  /** Pixels in a row of it. */
  readonly width: number;
  /** Whether frame `index` has come. */
  has(index: number): boolean;
  /** Memory to write the parts of frame `index` into, each `[height, width, 3]`; counts as come. */
  place(index: number): readonly Uint8Array[];
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
  const whole = { left: 0, top: 0, width: stored[1], height: stored[0] };
  const { crops = [whole] } = request;
  checkCrops(crops, stored);
  const [height, width] = request.size ?? [crops[0]!.height, crops[0]!.width];
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
  const perCrop = request.frames.length;
  const count = crops.length * perCrop;
  if (bytes * count > MAX_CLIP_BYTES) {
    throw new InputError(
      `readVideo: ${count} frames of ${width}x${height} are over 2 GiB; ask for fewer, or for a smaller size`,
    );
  }
  const { into } = request;
  if (into !== undefined && into.length < bytes * count) {
    throw new InputError(`readVideo: into has ${into.length} bytes, and the clip needs ${bytes * count}`);
  }
  const data = into?.subarray(0, bytes * count) ?? new Uint8Array(bytes * count);
  const firstPlace = new Map<number, number>();
  request.frames.forEach((index, position) => {
    if (!firstPlace.has(index)) firstPlace.set(index, position);
  });
  const wanted = [...firstPlace.keys()].sort((a, b) => a - b);
  const come = new Set<number>();
  const reasons = new Map<number, string>();
  const partAt = (crop: number, position: number) => {
    const start = (crop * perCrop + position) * bytes;
    return data.subarray(start, start + bytes);
  };
  return {
    wanted,
    crops,
    height,
    width,
    has: (index) => come.has(index),
    place(index) {
      come.add(index);
      return crops.map((_, crop) => partAt(crop, firstPlace.get(index)!));
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
      const lacking: number[] = [];
      request.frames.forEach((index, position) => {
        if (!come.has(index)) lacking.push(position);
        const source = come.has(index) ? index : (sound.findLast((other) => other < index) ?? sound[0]!);
        const from = firstPlace.get(source)!;
        if (from !== position) crops.forEach((_, crop) => void partAt(crop, position).set(partAt(crop, from)));
      });
      const missing = crops.flatMap((_, crop) => lacking.map((position) => crop * perCrop + position));
      const clip = { data, frames: count, height, width };
      return missing.length > 0 ? { ...clip, missing } : clip;
    },
  };
}

function checkCrops(crops: readonly Box[], [rows, columns]: ImageSize): void {
  if (crops.length === 0) throw new InputError('readVideo: crops is empty; name at least one part, or leave it out');
  for (const { left, top, width, height } of crops) {
    const isWhole = [left, top, width, height].every(Number.isInteger) && width > 0 && height > 0;
    if (isWhole && left >= 0 && top >= 0 && left + width <= columns && top + height <= rows) continue;
    throw new InputError(
      `readVideo: a part of ${width}x${height} at ${left},${top} is asked for; give whole pixels inside the frame of ${columns}x${rows}`,
    );
  }
}
