import { InputError, type Rng } from '@masked-distill/base';
import { denseClip, denseStarts } from './dense.ts';
import { drawUniformClip, uniformClip } from './uniform.ts';

/** Which frames of a video make a clip: `frames` of them, one in every `stride`. Plain data. */
export interface DenseSampling {
  /** Frames that follow each other. */
  readonly kind: 'dense';
  /** Frames of a clip; default 16. */
  readonly frames?: number;
  /** Frames of the video from one of the clip to the next; default 4. */
  readonly stride?: number;
}

/** Which frames of a video make a clip: one from each of `frames` equal parts of the whole video (TSN, arXiv 1608.00859). Plain data. */
export interface UniformSampling {
  /** Frames from all over the video. */
  readonly kind: 'uniform';
  /** Frames of a clip; default 16. */
  readonly frames?: number;
}

/** Which frames of a video make a clip. */
export type ClipSampling = DenseSampling | UniformSampling;

/** A sampling with its defaults filled in. */
export type ResolvedSampling = Required<DenseSampling> | Required<UniformSampling>;

const MAX_FRAMES = 4096;
const MAX_STRIDE = 65_536;

/**
 * Fills in a sampling's defaults and checks it.
 *
 * @throws InputError for a value outside its range
 */
export function resolveSampling(sampling: ClipSampling): ResolvedSampling {
  const { kind, frames = 16 } = sampling;
  check('frames', frames, MAX_FRAMES);
  if (kind === 'uniform') return { kind, frames };
  const { stride = 4 } = sampling;
  check('stride', stride, MAX_STRIDE);
  return { kind, frames, stride };
}

function check(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new InputError(`sampling: ${name} is ${value}; give a whole number from 1 to ${most}`);
}

/**
 * Draws the frames of a training clip: a dense clip starts anywhere, a uniform one takes a random frame of each part.
 *
 * @param length frames of the video
 * @returns ascending indices into the video, `frames` of them; short videos repeat frames
 */
export function drawClip(length: number, options: { readonly sampling: ClipSampling; readonly rng: Rng }): Int32Array {
  const { rng } = options;
  const sampling = resolveSampling(options.sampling);
  if (sampling.kind === 'uniform') return drawUniformClip(length, { ...sampling, rng });
  const { frames, stride } = sampling;
  const slack = length - ((frames - 1) * stride + 1);
  return denseClip(length, { ...sampling, start: slack > 0 ? rng.integer(slack + 1) : 0 });
}

/**
 * The frames of the clips that stand for a video in evaluation (METHOD.md §6). Dense clips start at ⌊k·(L−F)/(n−1)⌋ of the list of
 * every `stride`-th frame, a single one in its middle. Uniform clips are offset by 1/n of a part, a single one takes the middle of
 * each part.
 *
 * @param length frames of the video
 * @returns for each clip ascending indices into the video, `frames` of them; short videos repeat frames
 */
export function clipViews(
  length: number,
  options: { readonly sampling: ClipSampling; readonly clips?: number },
): Int32Array[] {
  const { clips = 1 } = options;
  const sampling = resolveSampling(options.sampling);
  check('clips', clips, MAX_FRAMES);
  if (sampling.kind === 'dense') {
    return denseStarts(length, { ...sampling, clips }).map((start) => denseClip(length, { ...sampling, start }));
  }
  const offsets = clips === 1 ? [0.5] : Array.from({ length: clips }, (_, k) => k / clips);
  return offsets.map((offset) => uniformClip(length, { ...sampling, offset }));
}
