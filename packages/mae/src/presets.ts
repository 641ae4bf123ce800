import {
  type ImageEncoderConfig,
  type TransformerSize,
  type VideoEncoderConfig,
  type VitSizeName,
  vitSizes,
} from '@masked-distill/vit';
import type { MaskedAutoencoderConfig } from './masked-autoencoder.ts';
import type { VideoMaskedAutoencoderConfig } from './video-masked-autoencoder.ts';

/** The decoder MAE uses with every encoder. */
export const maeDecoder: Readonly<TransformerSize> = { width: 512, depth: 8, heads: 16 };

/** Options of {@link maePreset}: anything of the encoder that should differ. */
export type MaePresetOptions = Partial<ImageEncoderConfig>;

/** A masked autoencoder of a known size, 224 px with patches of 16 (14 for huge) and MAE's decoder unless told otherwise. */
export function maePreset(size: VitSizeName, encoder: MaePresetOptions = {}): MaskedAutoencoderConfig {
  const patch = size === 'huge' ? { h: 14, w: 14 } : { h: 16, w: 16 };
  return { encoder: { ...vitSizes[size], imageSize: { h: 224, w: 224 }, patch, ...encoder }, decoder: maeDecoder };
}

/**
 * VideoMAE's decoders, by the size of the encoder: depth 4, half its width, heads of 64 channels. Those of nano and tiny are this project's
 * own.
 */
export const videoMaeDecoders: Readonly<Record<VitSizeName, TransformerSize>> = {
  nano: { width: 48, depth: 1, heads: 3 },
  tiny: { width: 96, depth: 4, heads: 3 },
  small: { width: 192, depth: 4, heads: 3 },
  base: { width: 384, depth: 4, heads: 6 },
  large: { width: 512, depth: 4, heads: 8 },
  huge: { width: 640, depth: 4, heads: 8 },
};

/** Options of {@link videoMaePreset}: anything of the encoder that should differ. */
export type VideoMaePresetOptions = Partial<VideoEncoderConfig>;

/** A masked autoencoder for clips of a known size: 16 frames of 224 px, cubes of 2x16x16 and VideoMAE's decoder unless told otherwise. */
export function videoMaePreset(size: VitSizeName, encoder: VideoMaePresetOptions = {}): VideoMaskedAutoencoderConfig {
  const clip = { frames: 16, imageSize: { h: 224, w: 224 }, patch: { t: 2, h: 16, w: 16 } };
  return { encoder: { ...vitSizes[size], ...clip, ...encoder }, decoder: videoMaeDecoders[size] };
}
