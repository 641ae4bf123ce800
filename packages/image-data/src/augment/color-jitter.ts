import type { Rng } from '@masked-distill/base';
import type { AugmentOp, AugmentStep } from './augment-step.ts';

/** How far colours may move; each is absent or 0 for no change. */
export interface ColorJitterOptions {
  /** Brightness factor between 1 - x (at least 0) and 1 + x. */
  readonly brightness?: number;
  /** Contrast factor, likewise. */
  readonly contrast?: number;
  /** Saturation factor, likewise. */
  readonly saturation?: number;
  /** Hue turned by -x to x turns of the colour circle, at most 0.5. */
  readonly hue?: number;
}

/** Draws a colour jitter: each strength uniformly from its range, the four in random order, as torchvision does. */
export function drawColorJitter(options: ColorJitterOptions, rng: Rng): AugmentStep[] {
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = options;
  const factor = (spread: number) => {
    const low = Math.max(0, 1 - spread);
    return low + (1 + spread - low) * rng.uniform();
  };
  const steps: AugmentStep[] = [];
  const add = (op: AugmentOp, spread: number, amount: number) => spread > 0 && steps.push({ op, amount });
  add('brightness', brightness, factor(brightness));
  add('contrast', contrast, factor(contrast));
  add('saturation', saturation, factor(saturation));
  add('hue', hue, (2 * rng.uniform() - 1) * hue);
  return Array.from(rng.permutation(steps.length), (i) => steps[i]!);
}
