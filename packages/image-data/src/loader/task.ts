import type { ResolvedTransform } from '../augment/transform.ts';
import type { FailOn } from '../decode/decode-image.ts';
import type { ImageFormat } from '../decode/sniff-format.ts';
import type { SampleLocation } from '../sources/image-source.ts';
import type { RenderFailure } from './tasks.ts';

/** Limits and strictness of decoding, with nothing left open. */
export interface DecodeLimits {
  readonly maxPixels: number;
  readonly failOn: FailOn;
}

/** Fill some places of a batch. */
export interface RenderTask {
  readonly kind: 'render';
  readonly transform: ResolvedTransform;
  readonly decode: DecodeLimits;
  readonly seed: number;
  readonly epoch: number;
  /** Crops of each picture. */
  readonly repeats: number;
  /** The batch's pixels, [pictures * repeats, height, width, 3], in shared memory. */
  readonly out: Float32Array;
  readonly items: readonly RenderItem[];
}

/** One picture of a batch. */
export interface RenderItem {
  /** Its place in the batch, counted in pictures. */
  readonly position: number;
  /** The index that names its random stream. */
  readonly index: number;
  readonly location: SampleLocation;
}

/** Look at a picture: its format and size, and whether it decodes. */
export interface InspectTask {
  readonly kind: 'inspect';
  readonly decode: DecodeLimits;
  readonly locations: readonly SampleLocation[];
}

/** What an {@link InspectTask} found, or why the picture can't be read. */
export type InspectResult =
  | { readonly format: ImageFormat | 'pixels'; readonly width: number; readonly height: number }
  | { readonly reason: string };

/** Decode a picture and shrink it until its short side has `shortSide` pixels. */
export interface ShrinkTask {
  readonly kind: 'shrink';
  readonly decode: DecodeLimits;
  readonly shortSide: number;
  readonly location: SampleLocation;
}

/** What a {@link ShrinkTask} made, or why the picture can't be read. */
export type ShrinkResult =
  | { readonly data: Uint8Array; readonly width: number; readonly height: number; readonly crc: number }
  | { readonly reason: string };

/** Work that a worker does. */
export type Task = RenderTask | InspectTask | ShrinkTask;

/** What comes back for each kind of task. */
export interface TaskResults {
  readonly render: readonly RenderFailure[];
  readonly inspect: readonly InspectResult[];
  readonly shrink: ShrinkResult;
}
