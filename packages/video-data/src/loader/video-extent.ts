import { UnreadableVideo } from '../errors.ts';
import type { ClipInfo } from '../readers/clip-reader.ts';
import type { ClipMoment } from '../sources/clip-source.ts';
import type { VideoPart } from './task.ts';

/**
 * The frames of a file that are meant. What a list says of a whole video's length is only a hint.
 *
 * @throws UnreadableVideo when the part lies outside the video
 */
export function extentOf(part: VideoPart, info: ClipInfo): { start: number; length: number } {
  if (part.moment) return extentAround(part.moment, info);
  if (part.start === undefined) return { start: 0, length: info.frames };
  const { start, frames = Number.POSITIVE_INFINITY } = part;
  const length = Math.min(frames, info.frames - start);
  if (length >= 1) return { start, length };
  throw new UnreadableVideo(`its part begins at frame ${start}, and there are ${info.frames} frames`);
}

/** The frames around a moment; near an end of the video the part is moved into it. */
function extentAround(moment: ClipMoment, info: ClipInfo): { start: number; length: number } {
  const { second, frames, framesPerSecond: rate = info.framesPerSecond } = moment;
  if (!(rate > 0)) throw new UnreadableVideo('how many frames it has a second is not known; say so');
  const middle = Math.round(second * rate);
  if (middle < 0 || middle > info.frames) {
    throw new UnreadableVideo(`second ${second} is its frame ${middle}, and there are ${info.frames} frames`);
  }
  const start = Math.max(0, Math.min(middle - Math.floor(frames / 2), info.frames - frames));
  return { start, length: Math.min(frames, info.frames - start) };
}
