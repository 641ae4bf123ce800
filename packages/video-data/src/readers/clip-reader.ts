import type { Box, BytesLocation, FileLocation, ImageSize, RangeLocation } from '@masked-distill/image-data';
import type { Clip } from '../clip.ts';

/** A video kept as a folder of numbered pictures. */
export interface FramesLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'frames';
  /** The folder. */
  readonly folder: string;
  /** File name with a place for the number: `img_{:05}.jpg`, `img_{:05d}.jpg`, `%05d.png` or `frame{}.jpg`. */
  readonly template: string;
  /** The number of the first frame: mostly 1, or 0. */
  readonly first: number;
  /** How many frames there are. */
  readonly count: number;
}

/** Where a video is: plain data, so that a worker thread can fetch it by itself. A member of a tar is a range. */
export type VideoLocation = FileLocation | RangeLocation | BytesLocation | FramesLocation;

/** What is known of a video before a frame of it is decoded. */
export interface ClipInfo {
  /** Frames that are shown, counted one by one. */
  readonly frames: number;
  /** Pixels in a row once upright. */
  readonly width: number;
  /** Rows once upright. */
  readonly height: number;
  /** Mean rate over the whole; 0 where there are no times, as in a folder of pictures or a single frame without a rate. */
  readonly framesPerSecond: number;
  /** From the first frame to the end of the last; 0 where there are no times. */
  readonly seconds: number;
  /** FFmpeg's name of the codec, such as `h264`; of a folder the pictures' format. */
  readonly codec: string;
  /** Quarter turns clockwise, in degrees, that make a stored frame upright; readers do it. */
  readonly rotation: 0 | 90 | 180 | 270;
}

/** Which frames to read, which parts of them, and how large. */
export interface ClipRequest {
  /** Indices into the video, from 0, by presentation time; in any order, repeats allowed. */
  readonly frames: readonly number[];
  /**
   * Parts of each frame, in pixels of an upright one as stored: the clip holds all frames of the first part, then of the next. Default the
   * whole frame. Where a file keeps colour for blocks of pixels (2x2 mostly), a part begins with the block that its corner lies in.
   */
  readonly crops?: readonly Box[];
  /** Scale each part to this while decoding, whatever the aspect; default the first part's own size. */
  readonly size?: ImageSize;
  /**
   * Put the nearest sound frame among those decoded (the one before, else the one after) where a frame can't be decoded, and name it in
   * the clip's `missing`; default off: such a request is refused.
   */
  readonly lenient?: boolean;
  /** Memory for the clip's pixels, at least as much as they need; default some of their own. */
  readonly into?: Uint8Array;
}

/**
 * Reads frames of videos, exactly those asked for. {@link clipReaderConformance} says what an implementation has to satisfy. Calls
 * may overlap.
 */
export interface ClipReader {
  /** What it is: `node-av`, `ffmpeg`, `frames`. */
  readonly name: string;
  /**
   * Counts a video's frames and tells its size without decoding it.
   *
   * @throws UnreadableVideo saying why not
   */
  probe(video: VideoLocation): Promise<ClipInfo>;
  /**
   * Decodes the frames asked for and no more than has to be.
   *
   * @throws UnreadableVideo when a frame is not there or can't be decoded, saying how many of those asked for were sound
   */
  read(video: VideoLocation, request: ClipRequest): Promise<Clip>;
  /** Frees what is held; readings under way fail. */
  close(): Promise<void>;
}

/** What bounds a reading, whichever program decodes. */
export interface ReaderLimits {
  /** Seconds for one probe or one reading; default 60. */
  readonly timeLimit?: number;
  /** Refuse videos whose frames have more pixels; default 2^26 (8192 x 8192). */
  readonly maxPixels?: number;
  /** Refuse videos of more frames; default 2^21 (19 hours at 30 a second). */
  readonly maxFrames?: number;
  /** Videos whose frame table is remembered (32 bytes a frame); default 64. */
  readonly rememberedVideos?: number;
}
