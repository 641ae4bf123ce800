import { InputError, type Rng } from '@masked-distill/base';
import {
  type AugmentStep,
  type Box,
  type ColorJitterOptions,
  drawColorJitter,
  drawErasing,
  drawRandAugment,
  IMAGENET_MEAN,
  IMAGENET_STD,
  type ImageSize,
  type RandAugmentOptions,
  type RandomErasingOptions,
  type Rgb,
  randomCropBox,
} from '@masked-distill/image-data';
import { checkErasing } from '@masked-distill/image-data/loading';
import { multiScaleBox } from './multi-scale-crop.ts';

/** One of 13 fixed places for each of a few sizes (TSN, VideoMAE's pre-training). */
export interface MultiScaleCrop {
  /** Tells it from a random resized crop. */
  readonly kind: 'multi-scale';
  /** Sides as shares of the frame's short side, in falling order; default 1, 0.875, 0.75, 0.66. */
  readonly scales?: readonly number[];
  /** How many steps of `scales` height and width may lie apart; default 1. */
  readonly maxDistort?: number;
}

/** A crop of random area, shape and place (torchvision; VideoMAE's fine-tuning). */
export interface RandomResizedCrop {
  /** Tells it from a multi-scale crop. */
  readonly kind: 'random-resized';
  /** Least and greatest share of the frame's area; default 0.08 to 1. */
  readonly scale?: readonly [number, number];
  /** Least and greatest width over height; default 3/4 to 4/3. */
  readonly ratio?: readonly [number, number];
}

/** Random crop, flip, colour and erasing, drawn once for all frames of a clip: plain data, so that it can go to a worker. */
export interface ClipTrainTransform {
  /** Tells it from an evaluation transform. */
  readonly kind: 'train';
  /** How to crop; default `{ kind: 'multi-scale' }`. */
  readonly crop?: MultiScaleCrop | RandomResizedCrop;
  /** Chance of a mirror image; default 0, since the classes of some sets know left from right. */
  readonly flip?: number;
  /** Colour jitter; default none. */
  readonly colorJitter?: ColorJitterOptions;
  /** RandAugment, the same operations on every frame; default none. */
  readonly randAugment?: RandAugmentOptions;
  /** Random erasing, the same box of every frame; default none. */
  readonly erasing?: RandomErasingOptions;
  /** Subtracted from each channel, on a scale of 0 to 1; default ImageNet's. */
  readonly mean?: Rgb;
  /** Divides each channel afterwards; default ImageNet's. */
  readonly std?: Rgb;
}

/** Several clips of each video and several crops of each clip, for evaluation: plain data, so that it can go to a worker. */
export interface ClipEvalTransform {
  /** Tells it from a training transform. */
  readonly kind: 'eval';
  /** Clips of each video; default 1. */
  readonly clips?: number;
  /** Crops of each clip, evenly spaced along the longer side; default 1, in the middle. */
  readonly crops?: number;
  /**
   * 'cover' scales a frame until it covers the crops, which are cut out of it; 'stretch' scales the whole frame to the size, whatever its
   * shape, so that shares of its width and height stay what they are (as boxes of actions need it). Default 'cover'.
   */
  readonly fit?: 'cover' | 'stretch';
  /** Subtracted from each channel, on a scale of 0 to 1; default ImageNet's. */
  readonly mean?: Rgb;
  /** Divides each channel afterwards; default ImageNet's. */
  readonly std?: Rgb;
}

/** What is done to a clip between decoding and the batch. */
export type ClipTransform = ClipTrainTransform | ClipEvalTransform;

/** A training transform with its defaults filled in. */
export interface ResolvedTrainTransform {
  readonly kind: 'train';
  readonly size: ImageSize;
  readonly mean: Rgb;
  readonly std: Rgb;
  readonly crop: Required<MultiScaleCrop> | Required<RandomResizedCrop>;
  readonly flip: number;
  readonly colorJitter?: ColorJitterOptions;
  readonly randAugment?: RandAugmentOptions;
  readonly erasing?: RandomErasingOptions;
}

/** An evaluation transform with its defaults filled in. */
export interface ResolvedEvalTransform {
  readonly kind: 'eval';
  readonly size: ImageSize;
  readonly mean: Rgb;
  readonly std: Rgb;
  readonly clips: number;
  readonly crops: number;
  readonly fit: 'cover' | 'stretch';
}

/** A transform with its defaults filled in, and the size of what comes out. */
export type ResolvedClipTransform = ResolvedTrainTransform | ResolvedEvalTransform;

/** Larger crops than this are taken for a mistake. */
const MAX_SIDE = 8192;
/** More views of a video than this, in time or in space, are taken for a mistake. */
const MAX_VIEWS = 64;

/**
 * Fills in a transform's defaults and checks it.
 *
 * @throws InputError for a value outside its range
 */
export function resolveClipTransform(transform: ClipTransform, size: number | ImageSize): ResolvedClipTransform {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  for (const side of [height, width]) checkWhole('size', side, MAX_SIDE);
  const { mean = IMAGENET_MEAN, std = IMAGENET_STD } = transform;
  check(
    std.every((value) => value > 0),
    'std',
    std,
    'three numbers above 0',
  );
  const shared = { size: [height, width] as const, mean, std };
  if (transform.kind === 'eval') {
    const { kind, clips = 1, crops = 1, fit = 'cover' } = transform;
    checkWhole('clips', clips, MAX_VIEWS);
    checkWhole('crops', crops, MAX_VIEWS);
    return { ...shared, kind, clips, crops, fit };
  }
  const { kind, crop = { kind: 'multi-scale' }, flip = 0, colorJitter, randAugment, erasing } = transform;
  checkChance('flip', flip);
  for (const [name, spread] of Object.entries(colorJitter ?? {})) {
    const most = name === 'hue' ? 0.5 : Number.POSITIVE_INFINITY;
    check(spread >= 0 && spread <= most, `colorJitter.${name}`, spread, name === 'hue' ? '0 to 0.5' : '0 or more');
  }
  const { magnitude = 9, count = 2, probability = 0.5 } = randAugment ?? {};
  check(magnitude >= 0 && magnitude <= 10, 'randAugment.magnitude', magnitude, '0 to 10');
  check(Number.isInteger(count) && count >= 0, 'randAugment.count', count, 'a whole number');
  checkChance('randAugment.probability', probability);
  checkErasing(erasing);
  return { ...shared, kind, crop: resolveCrop(crop), flip, colorJitter, randAugment, erasing };
}

function resolveCrop(crop: MultiScaleCrop | RandomResizedCrop): ResolvedTrainTransform['crop'] {
  if (crop.kind === 'multi-scale') {
    const { kind, scales = [1, 0.875, 0.75, 0.66], maxDistort = 1 } = crop;
    const isSound = scales.length > 0 && scales.every((scale) => scale > 0 && scale <= 1);
    check(isSound, 'crop.scales', scales, 'shares of the short side within (0, 1]');
    check(Number.isInteger(maxDistort) && maxDistort >= 0, 'crop.maxDistort', maxDistort, 'a whole number');
    return { kind, scales, maxDistort };
  }
  const { kind, scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = crop;
  const isShare = scale[0] > 0 && scale[0] <= scale[1] && scale[1] <= 1;
  check(isShare, 'crop.scale', scale, 'a range of area shares within (0, 1]');
  check(ratio[0] > 0 && ratio[0] <= ratio[1], 'crop.ratio', ratio, 'a range of ratios above 0');
  return { kind, scale, ratio };
}

function checkWhole(name: string, value: number, most: number): void {
  check(Number.isInteger(value) && value >= 1 && value <= most, name, value, `a whole number from 1 to ${most}`);
}

function checkChance(name: string, value: number): void {
  check(value >= 0 && value <= 1, name, value, 'a chance from 0 to 1');
}

function check(isSound: boolean, name: string, value: unknown, wanted: string): void {
  if (!isSound) throw new InputError(`transform: ${name} is ${JSON.stringify(value)}; give ${wanted}`);
}

/** The random part of a training transform, drawn for one clip: the same for all its frames. */
export interface ClipPlan {
  /** The part of the upright frame that is resized to the transform's size. */
  readonly crop: Box;
  /** What is then done to each frame, in order. */
  readonly steps: readonly AugmentStep[];
  /** What is replaced by noise at the end; absent when nothing is. */
  readonly erased?: Box;
}

/** Draws what a training transform does to a clip whose frames have the given size. */
export function drawClipPlan(
  transform: ResolvedTrainTransform,
  frame: { readonly width: number; readonly height: number; readonly rng: Rng },
): ClipPlan {
  const { crop, size, flip, colorJitter, randAugment, erasing } = transform;
  const { rng } = frame;
  const box =
    crop.kind === 'multi-scale' ? multiScaleBox(frame, { ...crop, size, rng }) : randomCropBox(frame, { ...crop, rng });
  const steps: AugmentStep[] = rng.uniform() < flip ? [{ op: 'flip', amount: 0 }] : [];
  if (colorJitter !== undefined) steps.push(...drawColorJitter(colorJitter, rng));
  if (randAugment !== undefined) steps.push(...drawRandAugment(randAugment, rng));
  const erased = erasing === undefined ? undefined : drawErasing(size, { ...erasing, rng });
  return { crop: box, steps, erased };
}
