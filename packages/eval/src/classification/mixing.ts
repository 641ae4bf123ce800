import { InputError, type Rng } from '@masked-distill/base';
import { drawBeta } from './draw-beta.ts';

/** A part of a picture, or of every frame of a clip, in pixels. */
export interface MixBox {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** What becomes of a sample, whose partner is the one as far from the batch's end as it is from its start. */
export interface Mix {
  /** The sample's own share of its target; 1 leaves it as it is. */
  readonly share: number;
  /** Cutmix: what is replaced by the partner's pixels. Absent for mixup, where every pixel is the mean by `share`. */
  readonly box?: MixBox;
}

/** How samples are mixed. */
export interface MixingOptions {
  /** Mixup: alpha of the Beta(alpha, alpha) that shares are drawn from; 0 for no mixup. Default 0.8. */
  mixup?: number;
  /** Cutmix: alpha, likewise; 0 for no cutmix. Default 1. */
  cutmix?: number;
  /** Chance that anything is mixed. Default 1. */
  probability?: number;
  /** Chance of cutmix where both are there. Default 0.5. */
  switchProbability?: number;
  /** Whether a batch has one draw, each pair of partners one, or each sample its own. Default 'batch'. */
  mode?: 'batch' | 'pair' | 'element';
}

/** Options of {@link drawMixes}. */
export interface DrawMixesOptions extends MixingOptions {
  /** Samples of the batch. */
  batch: number;
  /** Height and width of a picture or frame in pixels. */
  size: readonly [number, number];
  /** Source of the draws. */
  rng: Rng;
}

/**
 * Draws what mixup (Zhang et al. 2018) and cutmix (Yun et al. 2019) do to a batch, as timm's `Mixup` does: a box of area 1 − share around
 * a point drawn uniformly, cut off at the border, whose true area then corrects the share.
 *
 * @returns one for each sample
 * @throws InputError when an option is outside its range
 */
export function drawMixes({ batch, size, rng, ...options }: DrawMixesOptions): Mix[] {
  const { mixup = 0.8, cutmix = 1, probability = 1, switchProbability = 0.5, mode = 'batch' } = options;
  for (const [name, alpha] of Object.entries({ mixup, cutmix })) check(alpha >= 0, name, alpha, '0 or more');
  for (const [name, chance] of Object.entries({ probability, switchProbability })) {
    check(chance >= 0 && chance <= 1, name, chance, 'a chance from 0 to 1');
  }
  const draw = (): Mix => {
    if (mixup + cutmix === 0 || rng.uniform() >= probability) return { share: 1 };
    const isCut = cutmix > 0 && (mixup === 0 || rng.uniform() < switchProbability);
    const share = drawBeta(isCut ? cutmix : mixup, rng);
    return isCut ? cut(share, { size, rng }) : { share };
  };
  if (mode === 'batch') return new Array<Mix>(batch).fill(draw());
  if (mode === 'element') return Array.from({ length: batch }, draw);
  const half = Array.from({ length: Math.ceil(batch / 2) }, draw);
  return Array.from({ length: batch }, (_, i) => half[Math.min(i, batch - 1 - i)]!);
}

/** A box of area 1 − share, as far as the border lets it, and the share that it leaves. */
function cut(share: number, { size, rng }: { size: readonly [number, number]; rng: Rng }): Mix {
  const [height, width] = size;
  const [top, bottom] = span(height, { length: Math.trunc(height * Math.sqrt(1 - share)), rng });
  const [left, right] = span(width, { length: Math.trunc(width * Math.sqrt(1 - share)), rng });
  const box = { top, left, height: bottom - top, width: right - left };
  return { share: 1 - (box.height * box.width) / (height * width), box };
}

/** Start and end of a stretch around a point drawn within `extent`, both cut off there; an odd length loses one, as in timm. */
function span(extent: number, { length, rng }: { length: number; rng: Rng }): [number, number] {
  const centre = rng.integer(extent);
  const reach = Math.trunc(length / 2);
  return [Math.max(0, centre - reach), Math.min(extent, centre + reach)];
}

function check(isSound: boolean, name: string, value: number, wanted: string): void {
  if (!isSound) throw new InputError(`drawMixes: ${name} is ${value}; give ${wanted}`);
}
