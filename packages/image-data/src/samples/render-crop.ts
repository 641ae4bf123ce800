import { createRng } from '@masked-distill/base';
import { applyAugmentSteps } from '../augment/augment-step.ts';
import { planCentreCrop, planTenCrop } from '../augment/centre-crop.ts';
import { drawTrainPlan, type ResolvedTransform } from '../augment/transform.ts';
import type { RgbImage } from '../image.ts';
import type { Picture } from './picture.ts';

/** Which picture this is, for the random stream of its augmentation. */
export interface SampleDraw {
  /** The run's seed. */
  readonly seed: number;
  /** The epoch, from 0. */
  readonly epoch: number;
  /** The picture's index in its source. */
  readonly index: number;
}

/**
 * Makes crop number `repeat` of a picture.
 *
 * @returns a picture of the transform's size, not yet normalised
 * @throws UnreadableImage when the file turns out to be broken
 */
export async function renderCrop(
  picture: Picture,
  transform: ResolvedTransform,
  draw: SampleDraw & { readonly repeat: number },
): Promise<RgbImage> {
  const [height, width] = transform.size;
  if (transform.kind === 'eval') {
    if (transform.crops === 1) return picture.centreCrop(planCentreCrop(picture, transform));
    const { isMirrored, ...plan } = planTenCrop(picture, { ...transform, place: draw.repeat });
    return applyAugmentSteps(await picture.centreCrop(plan), isMirrored ? [{ op: 'flip', amount: 0 }] : []);
  }
  const rng = createRng(draw.seed, 'augment', draw.epoch, draw.index, draw.repeat);
  const { crop, steps } = drawTrainPlan(transform, { width: picture.width, height: picture.height, rng });
  return applyAugmentSteps(await picture.crop(crop, { width, height }), steps);
}
