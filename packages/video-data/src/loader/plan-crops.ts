import { createRng } from '@masked-distill/base';
import type { AugmentStep, Box, ImageSize } from '@masked-distill/image-data';
import { drawClipPlan } from '../augment/clip-transform.ts';
import { cropGeometry, evalGeometry } from '../augment/frame-geometry.ts';
import { UnreadableVideo } from '../errors.ts';
import type { ClipInfo } from '../readers/clip-reader.ts';
import { clipViews, drawClip } from '../sampling/clip-sampling.ts';
import type { RenderSettings, VideoPart } from './task.ts';
import { extentOf } from './video-extent.ts';

/** The most bytes of the frames of one video. */
const MAX_BYTES = 2 ** 30;

/** What to read of a video, and what to make of it. */
export interface VideoPlan {
  /** Frames of the file. */
  readonly frames: readonly number[];
  /** The size that they are decoded to. */
  readonly decoded: ImageSize;
  /** The crops, each of as many frames as a clip has. */
  readonly crops: readonly CropPlan[];
}

/** One crop of a video. */
export interface CropPlan {
  /** The position of its first frame among those read; the others follow. */
  readonly from: number;
  /** Its window in a decoded frame. */
  readonly window: Box;
  /** What is then done to each frame, in order. */
  readonly steps: readonly AugmentStep[];
  /** What is replaced by noise at the end. */
  readonly erased?: Box;
}

/** Which video of which epoch this is, for its random streams. */
export interface VideoDraw {
  readonly epoch: number;
  readonly index: number;
}

/**
 * Plans all crops of a video. In training they share their frames and differ in what is drawn in space (the code of VideoMAE and of
 * AMD does so, and the video is decoded once); in evaluation they are every crop of the first clip, then of the second, and so on.
 *
 * @throws UnreadableVideo when the part that is meant lies outside the video, or its frames would take more than 1 GiB
 */
export function planCrops(
  { info, part }: { readonly info: ClipInfo; readonly part: VideoPart },
  settings: RenderSettings,
  draw: VideoDraw,
): VideoPlan {
  const { transform, sampling, seed, repeats } = settings;
  const { start, length } = extentOf(part, info);
  const frameOf = (index: number) => start + index;
  if (transform.kind === 'eval') {
    const views = clipViews(length, { sampling, clips: transform.clips });
    const { decoded, windows } = evalGeometry(info, transform);
    const frames = views.flatMap((view) => Array.from(view, frameOf));
    checkBytes(frames.length, decoded);
    return {
      frames,
      decoded,
      crops: views.flatMap((_, k) => windows.map((window) => ({ from: k * sampling.frames, window, steps: [] }))),
    };
  }
  const { epoch, index } = draw;
  const frames = drawClip(length, { sampling, rng: createRng(seed, 'clip', epoch, index) });
  const { width, height } = info;
  const plans = Array.from({ length: repeats }, (_, repeat) =>
    drawClipPlan(transform, { width, height, rng: createRng(seed, 'augment', epoch, index, repeat) }),
  );
  const { decoded, windows } = cropGeometry(
    plans.map(({ crop }) => crop),
    { frame: info, size: transform.size },
  );
  checkBytes(frames.length, decoded);
  const crops = plans.map(({ steps, erased }, repeat) => ({ from: 0, window: windows[repeat]!, steps, erased }));
  return { frames: Array.from(frames, frameOf), decoded, crops };
}

/** A video that is 4000 times as long as it is high may well be there to bring the run down. */
function checkBytes(frames: number, [height, width]: ImageSize): void {
  if (frames * height * width * 3 <= MAX_BYTES) return;
  throw new UnreadableVideo(`its crops need ${frames} frames of ${width}x${height}, which are over 1 GiB`);
}
