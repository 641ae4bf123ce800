import { createRng } from '@masked-distill/base';
import type { AugmentStep, Box } from '@masked-distill/image-data';
import { drawClipPlan } from '../augment/clip-transform.ts';
import { evalBoxes } from '../augment/eval-boxes.ts';
import type { ClipInfo } from '../readers/clip-reader.ts';
import { clipViews, drawClip } from '../sampling/clip-sampling.ts';
import type { RenderSettings, VideoPart } from './task.ts';
import { extentOf } from './video-extent.ts';

/** What to read of a video, and what to make of it. */
export interface VideoPlan {
  /** Frames of the file. */
  readonly frames: readonly number[];
  /** The parts of them that are scaled to a crop's size. */
  readonly boxes: readonly Box[];
  /** The crops, each of as many frames as a clip has. */
  readonly crops: readonly CropPlan[];
}

/** One crop of a video. */
export interface CropPlan {
  /** The position of its first frame in the clip read, which holds all frames of one box after those of another; the others follow. */
  readonly from: number;
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
 * @throws UnreadableVideo when the part that is meant lies outside the video
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
    const boxes = evalBoxes(info, transform);
    const frames = views.flatMap((view) => Array.from(view, frameOf));
    const fromOf = (view: number, box: number) => box * frames.length + view * sampling.frames;
    return {
      frames,
      boxes,
      crops: views.flatMap((_, view) => boxes.map((_, box) => ({ from: fromOf(view, box), steps: [] }))),
    };
  }
  const { epoch, index } = draw;
  const frames = Array.from(drawClip(length, { sampling, rng: createRng(seed, 'clip', epoch, index) }), frameOf);
  const { width, height } = info;
  const plans = Array.from({ length: repeats }, (_, repeat) =>
    drawClipPlan(transform, { width, height, rng: createRng(seed, 'augment', epoch, index, repeat) }),
  );
  const crops = plans.map(({ steps, erased }, repeat) => ({ from: repeat * frames.length, steps, erased }));
  return { frames, boxes: plans.map(({ crop }) => crop), crops };
}
