import type { Rng } from '@masked-distill/base';
import type { Rgb } from '../image.ts';

/** Hues in turns: a subject is of sunlit tones, what stands behind it of shaded ones. */
const WARM = 0.08;
const COOL = 0.58;
const HUE_SPREAD = 0.04;

/** The colours of a picture. */
export interface Palette {
  /** The subject's lighter tone, and its pattern's darker one. */
  readonly subject: readonly [Rgb, Rgb];
  /** The corners of the backdrop: upper left, upper right, lower left, lower right. */
  readonly backdrop: readonly [Rgb, Rgb, Rgb, Rgb];
}

/**
 * Draws a picture's colours, in quiet tones. Subject and backdrop are about equally light, so that an outline shows by hue and pattern
 * more than by brightness.
 */
export function drawPalette(rng: Rng): Palette {
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  const around = (middle: number, spread: number) => middle + between(-spread, spread);
  const lightness = between(0.25, 0.68);
  const contrast = between(0.08, 0.12);
  const warm = around(WARM, HUE_SPREAD);
  const saturation = between(0.16, 0.3);
  const cool = around(COOL, HUE_SPREAD);
  const behind = around(lightness, 0.1);
  const tone = (step: number) => fromHsl(around(warm, 0.03), saturation, lightness + step);
  const corner = () => fromHsl(around(cool, 0.02), 0.12, around(behind, 0.02));
  return { subject: [tone(contrast), tone(-contrast)], backdrop: [corner(), corner(), corner(), corner()] };
}

/** A colour of any hue, for clutter. */
export function drawBrightColour(rng: Rng): Rgb {
  return fromHsl(rng.uniform(), 0.4 + 0.35 * rng.uniform(), 0.25 + 0.5 * rng.uniform());
}

/** CSS Color 4, section 7.1, with the hue in turns: red, green and blue, 0 to 255. */
function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const sector = (((offset + hue * 12) % 12) + 12) % 12;
    return 255 * (lightness - reach * Math.max(-1, Math.min(sector - 3, 9 - sector, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}
