import { InputError, type Rng } from '@masked-distill/base';
import type { Box, ImageSize, Rgb } from '../image.ts';
import type { AugmentStep } from './augment-step.ts';
import { type ColorJitterOptions, drawColorJitter } from './color-jitter.ts';
import { IMAGENET_MEAN, IMAGENET_STD } from './normalize.ts';
import { drawRandAugment, type RandAugmentOptions } from './rand-augment.ts';
import { checkErasing, type RandomErasingOptions } from './random-erasing.ts';
import { randomCropBox } from './random-resized-crop.ts';

/** Random crop, flip, colour and erasing, for training: plain data, so that it can go to a worker. */
export interface TrainTransform {
  /** Tells it from an evaluation transform. */
  readonly kind: 'train';
  /** Least and greatest share of the picture's area that a crop takes; default 0.2 to 1, as in MAE's pre-training. */
  readonly scale?: readonly [number, number];
  /** Least and greatest width over height of a crop; default 3/4 to 4/3. */
  readonly ratio?: readonly [number, number];
  /** Chance of a mirror image; default 0.5. */
  readonly flip?: number;
  /** Colour jitter; default none. */
  readonly colorJitter?: ColorJitterOptions;
  /** RandAugment; default none. */
  readonly randAugment?: RandAugmentOptions;
  /** Random erasing, after normalisation; default none. */
  readonly erasing?: RandomErasingOptions;
  /** Subtracted from each channel, on a scale of 0 to 1; default ImageNet's. */
  readonly mean?: Rgb;
  /** Divides each channel afterwards; default ImageNet's. */
  readonly std?: Rgb;
}

/** Resize and centre crop, for evaluation: plain data, so that it can go to a worker. */
export interface EvalTransform {
  /** Tells it from a training transform. */
  readonly kind: 'eval';
  /** The crop's share of the side that the picture is resized to; default 0.875, which is 224 out of 256. */
  readonly cropShare?: number;
  /**
   * Crops of each picture: 1, the middle, or 10, its four corners and the middle and then the mirror images of these five (Krizhevsky et
   * al. 2012). They stand next to each other in the batch; default 1.
   */
  readonly crops?: 1 | 10;
  /** Subtracted from each channel, on a scale of 0 to 1; default ImageNet's. */
  readonly mean?: Rgb;
  /** Divides each channel afterwards; default ImageNet's. */
  readonly std?: Rgb;
}

/** What is done to a picture between decoding and the batch. */
export type ImageTransform = TrainTransform | EvalTransform;

/** A transform with its defaults filled in, and the size of what comes out. */
export type ResolvedTransform = { readonly size: ImageSize; readonly mean: Rgb; readonly std: Rgb } & (
  | (Required<Pick<TrainTransform, 'kind' | 'scale' | 'ratio' | 'flip'>> &
      Pick<TrainTransform, 'colorJitter' | 'randAugment' | 'erasing'>)
  | Required<Pick<EvalTransform, 'kind' | 'cropShare' | 'crops'>>
);

/** Larger crops than this are taken for a mistake. */
const MAX_SIDE = 8192;

/**
 * Fills in a transform's defaults and checks it.
 *
 * @throws InputError for a value outside its range
 */
export function resolveTransform(transform: ImageTransform, size: number | ImageSize): ResolvedTransform {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  for (const side of [height, width]) {
    check(Number.isInteger(side) && side >= 1 && side <= MAX_SIDE, 'imageSize', side, `pixels from 1 to ${MAX_SIDE}`);
  }
  const { mean = IMAGENET_MEAN, std = IMAGENET_STD } = transform;
  check(
    std.every((value) => value > 0),
    'std',
    std,
    'three numbers above 0',
  );
  const shared = { size: [height, width] as const, mean, std };
  if (transform.kind === 'eval') {
    const { kind, cropShare = 224 / 256, crops = 1 } = transform;
    check(cropShare > 0 && cropShare <= 1, 'cropShare', cropShare, 'a share above 0, at most 1');
    check(crops === 1 || crops === 10, 'crops', crops, '1 or 10');
    return { ...shared, kind, cropShare, crops };
  }
  const { kind, scale = [0.2, 1], ratio = [3 / 4, 4 / 3], flip = 0.5, colorJitter, randAugment, erasing } = transform;
  check(scale[0] > 0 && scale[0] <= scale[1] && scale[1] <= 1, 'scale', scale, 'a range of area shares within (0, 1]');
  check(ratio[0] > 0 && ratio[0] <= ratio[1], 'ratio', ratio, 'a range of ratios above 0');
  check(flip >= 0 && flip <= 1, 'flip', flip, 'a chance from 0 to 1');
  for (const [name, spread] of Object.entries(colorJitter ?? {})) {
    const most = name === 'hue' ? 0.5 : Number.POSITIVE_INFINITY;
    check(spread >= 0 && spread <= most, `colorJitter.${name}`, spread, name === 'hue' ? '0 to 0.5' : '0 or more');
  }
  const { magnitude = 9, count = 2, probability = 0.5 } = randAugment ?? {};
  check(magnitude >= 0 && magnitude <= 10, 'randAugment.magnitude', magnitude, '0 to 10');
  check(Number.isInteger(count) && count >= 0, 'randAugment.count', count, 'a whole number');
  check(probability >= 0 && probability <= 1, 'randAugment.probability', probability, 'a chance from 0 to 1');
  checkErasing(erasing);
  return { ...shared, kind, scale, ratio, flip, colorJitter, randAugment, erasing };
}

function check(isSound: boolean, name: string, value: unknown, wanted: string): void {
  if (!isSound) throw new InputError(`transform: ${name} is ${JSON.stringify(value)}; give ${wanted}`);
}

/** The random part of a training transform, drawn for one picture. */
export interface TrainPlan {
  /** The part of the upright picture that is resized to the transform's size. */
  readonly crop: Box;
  /** What is then done to it, in order. */
  readonly steps: readonly AugmentStep[];
}

/** Draws what a training transform does to a picture of the given size. */
export function drawTrainPlan(
  transform: Extract<ResolvedTransform, { kind: 'train' }>,
  image: { readonly width: number; readonly height: number; readonly rng: Rng },
): TrainPlan {
  const { rng } = image;
  const crop = randomCropBox(image, { scale: transform.scale, ratio: transform.ratio, rng });
  const steps: AugmentStep[] = rng.uniform() < transform.flip ? [{ op: 'flip', amount: 0 }] : [];
  if (transform.colorJitter !== undefined) steps.push(...drawColorJitter(transform.colorJitter, rng));
  if (transform.randAugment !== undefined) steps.push(...drawRandAugment(transform.randAugment, rng));
  return { crop, steps };
}
