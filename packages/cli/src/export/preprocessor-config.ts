import type { EncoderDescription } from '@masked-distill/vit';
import type { Normalization } from '../weights/read-normalization.ts';

/** Numbers of Pillow's filters. */
const BILINEAR = 2;
const BICUBIC = 3;

/** Share of the resized image that is cropped, MAE's and timm's for evaluation. */
const CROP_SHARE = 224 / 256;

/**
 * The `preprocessor_config.json` by which transformers prepares an encoder's input: images as MAE evaluates (shorter side to 256/224 of
 * the crop, bicubic, centre crop), clips as VideoMAE's processor does (shorter side to the crop, bilinear).
 */
export function preprocessorConfig(
  { kind, grid, patch }: EncoderDescription,
  { mean, std }: Normalization,
): Readonly<Record<string, unknown>> {
  const crop = { height: grid!.h * patch.h, width: grid!.w * patch.w };
  const longer = Math.max(crop.height, crop.width);
  const video = kind === 'video';
  return {
    image_processor_type: video ? 'VideoMAEImageProcessor' : 'BitImageProcessor',
    do_resize: true,
    size: { shortest_edge: video ? longer : Math.round(longer / CROP_SHARE) },
    resample: video ? BILINEAR : BICUBIC,
    do_center_crop: true,
    crop_size: crop,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
    ...(video ? {} : { do_convert_rgb: true }),
  };
}
