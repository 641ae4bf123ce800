import type { Rng } from '@masked-distill/base';
import type { Rgb } from '../image.ts';
import type { AugmentOp, AugmentStep } from './augment-step.ts';

/** How strong a RandAugment is. `{ magnitude: 9, count: 2, magnitudeStd: 0.5 }` is what papers write as m9-n2-mstd0.5-inc1. */
export interface RandAugmentOptions {
  /** Strength of every operation, 0 to 10; default 9. */
  readonly magnitude?: number;
  /** Operations drawn for each picture, with replacement; default 2. */
  readonly count?: number;
  /** Standard deviation of the strength from draw to draw; default 0.5. */
  readonly magnitudeStd?: number;
  /** Chance that a drawn operation is carried out; default 0.5. */
  readonly probability?: number;
  /** The colour of what comes into view when pixels move; default ImageNet's mean. */
  readonly fill?: Rgb;
}

/** The top of the scale of strengths. */
const MAX_MAGNITUDE = 10;
const IMAGENET_MEAN_BYTES: Rgb = [124, 116, 104];

/** How an operation's amount follows from its level, a share of 0 to 1, and a sign drawn for it. */
type Amount = (level: number, sign: 1 | -1) => number;

const factor: Amount = (level, sign) => Math.max(0.1, 1 + sign * 0.9 * level);
const none: Amount = () => 0;

/** The operations and ranges of timm's "increasing" set, in which more magnitude is always a stronger change. */
const OPERATIONS: readonly (readonly [AugmentOp, Amount])[] = [
  ['autoContrast', none],
  ['equalize', none],
  ['invert', none],
  ['rotate', (level, sign) => sign * 30 * level],
  ['posterize', (level) => 4 - Math.trunc(4 * level)],
  ['solarize', (level) => 256 - Math.trunc(256 * level)],
  ['solarizeAdd', (level) => Math.trunc(110 * level)],
  ['saturation', factor],
  ['contrast', factor],
  ['brightness', factor],
  ['sharpness', factor],
  ['shearX', (level, sign) => sign * 0.3 * level],
  ['shearY', (level, sign) => sign * 0.3 * level],
  ['translateX', (level, sign) => sign * 0.45 * level],
  ['translateY', (level, sign) => sign * 0.45 * level],
];

/** Draws the operations of one picture (RandAugment, arXiv 1909.13719, with timm's ranges). Warps are bilinear. */
export function drawRandAugment(options: RandAugmentOptions, rng: Rng): AugmentStep[] {
  const { magnitude = 9, count = 2, magnitudeStd = 0.5, probability = 0.5, fill = IMAGENET_MEAN_BYTES } = options;
  const steps: AugmentStep[] = [];
  for (let i = 0; i < count; i++) {
    const [op, amountOf] = OPERATIONS[rng.integer(OPERATIONS.length)]!;
    const isApplied = rng.uniform() < probability;
    const drawn = magnitude + magnitudeStd * rng.normal();
    const level = Math.min(Math.max(drawn, 0), MAX_MAGNITUDE) / MAX_MAGNITUDE;
    const sign = rng.uniform() < 0.5 ? -1 : 1;
    if (isApplied) steps.push({ op, amount: amountOf(level, sign), fill });
  }
  return steps;
}
