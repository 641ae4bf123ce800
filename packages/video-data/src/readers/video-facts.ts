import type { ClipInfo } from './clip-reader.ts';
import type { FrameTable } from './frame-table.ts';
import type { Orientation } from './orientation.ts';

/** What has to be known of a video to read frames of it. */
export interface KnownVideo {
  /** What `probe` tells. */
  readonly info: ClipInfo;
  /** Its frames. */
  readonly table: FrameTable;
}

/** What a file says of its video stream. */
export interface StreamFacts {
  /** Pixels in a row as stored. */
  readonly width: number;
  /** Rows as stored. */
  readonly height: number;
  /** FFmpeg's name of the codec. */
  readonly codec: string;
  /** How a stored frame is turned upright. */
  readonly orientation: Orientation;
  /** The unit of its times. */
  readonly secondsPerTick: number;
  /** Frames per second by the file's word; absent where it says nothing. */
  readonly nominalRate?: number;
}

/** Puts together what is known of a video. Its rate is measured on the frames' times, where there are any. */
export function knownVideo(table: FrameTable, facts: StreamFacts): KnownVideo {
  const { width, height, codec, orientation, secondsPerTick, nominalRate = 0 } = facts;
  const { times, isTimed } = table;
  const frames = times.length;
  const span = isTimed ? (times[frames - 1]! - times[0]!) * secondsPerTick : 0;
  const framesPerSecond = span > 0 ? (frames - 1) / span : nominalRate;
  const { isTransposed, rotation } = orientation;
  const info: ClipInfo = {
    frames,
    width: isTransposed ? height : width,
    height: isTransposed ? width : height,
    framesPerSecond,
    seconds: framesPerSecond > 0 ? frames / framesPerSecond : 0,
    codec,
    rotation,
  };
  return { info, table };
}
