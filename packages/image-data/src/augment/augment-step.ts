import type { Rgb, RgbImage } from '../image.ts';
import { rotate, shearX, shearY, translateX, translateY } from './ops/affine.ts';
import { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from './ops/blend.ts';
import { flipHorizontal } from './ops/flip.ts';
import { adjustHue } from './ops/hue.ts';
import { autoContrast, equalize, invert, posterize, solarize, solarizeAdd } from './ops/tone.ts';

/** The operations that change pixels in place or one by one; `amount` is what each function's second argument means. */
const POINT_OPS = {
  flip: (image: RgbImage) => flipHorizontal(image),
  autoContrast: (image: RgbImage) => autoContrast(image),
  equalize: (image: RgbImage) => equalize(image),
  invert: (image: RgbImage) => invert(image),
  posterize,
  solarize,
  solarizeAdd,
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  sharpness: adjustSharpness,
  hue: adjustHue,
} as const satisfies Record<string, (image: RgbImage, amount: number) => RgbImage>;

/** The operations that move pixels and so leave some to be filled. */
const WARP_OPS = { rotate, shearX, shearY, translateX, translateY } as const;

/** An operation on pixels. */
export type AugmentOp = keyof typeof POINT_OPS | keyof typeof WARP_OPS;

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
  return op in WARP_OPS
    ? WARP_OPS[op as keyof typeof WARP_OPS](image, amount, fill)
    : POINT_OPS[op as keyof typeof POINT_OPS](image, amount);
}

/** Carries out several steps, one after the other. The picture given may be changed in place; use the one returned. */
export function applyAugmentSteps(image: RgbImage, steps: readonly AugmentStep[]): RgbImage {
  return steps.reduce(applyAugmentStep, image);
}
