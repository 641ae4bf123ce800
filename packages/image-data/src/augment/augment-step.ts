import type { Rgb, RgbImage } from '../image.ts';
import { rotate, shearX, shearY, translateX, translateY } from './ops/affine.ts';
import { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from './ops/blend.ts';
import { flipHorizontal } from './ops/flip.ts';
import { adjustHue } from './ops/hue.ts';
import { autoContrast, equalize, invert, posterize, solarize, solarizeAdd } from './ops/tone.ts';

/** An operation that changes pixels one by one, or moves them in ways that leave no gap. */
export type PointOp =
  | 'flip'
  | 'autoContrast'
  | 'equalize'
  | 'invert'
  | 'posterize'
  | 'solarize'
  | 'solarizeAdd'
  | 'brightness'
  | 'contrast'
  | 'saturation'
  | 'sharpness'
  | 'hue';

/** An operation that moves pixels and so leaves some to be filled. */
export type WarpOp = 'rotate' | 'shearX' | 'shearY' | 'translateX' | 'translateY';

/** An operation on pixels. */
export type AugmentOp = PointOp | WarpOp;

const POINT_OPS: Readonly<Record<PointOp, (image: RgbImage, amount: number) => RgbImage>> = {
  flip: flipHorizontal,
  autoContrast,
  equalize,
  invert,
  posterize,
  solarize,
  solarizeAdd,
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  sharpness: adjustSharpness,
  hue: adjustHue,
};

const WARP_OPS: Readonly<Record<WarpOp, (image: RgbImage, amount: number, fill: Rgb) => RgbImage>> = {
  rotate,
  shearX,
  shearY,
  translateX,
  translateY,
};

const isWarp = (op: AugmentOp): op is WarpOp => op in WARP_OPS;

/** One operation with its drawn strength: plain data, so that the same can be done to every frame of a clip. */
export interface AugmentStep {
  /** What to do. */
  readonly op: AugmentOp;
  /** How much: a factor, a level, degrees, or a share, as the operation's own function says; 0 where it takes none. */
  readonly amount: number;
  /** The colour of what comes into view; only operations that move pixels use it. */
  readonly fill?: Rgb;
}

/** Grey, for a step that names no fill. */
const DEFAULT_FILL: Rgb = [128, 128, 128];

/** Carries out one step. The picture given may be changed in place; use the one returned. */
export function applyAugmentStep(image: RgbImage, step: AugmentStep): RgbImage {
  const { op, amount, fill = DEFAULT_FILL } = step;
  return isWarp(op) ? WARP_OPS[op](image, amount, fill) : POINT_OPS[op](image, amount);
}

/** Carries out several steps, one after the other. The picture given may be changed in place; use the one returned. */
export function applyAugmentSteps(image: RgbImage, steps: readonly AugmentStep[]): RgbImage {
  return steps.reduce(applyAugmentStep, image);
}
