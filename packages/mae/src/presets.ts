import { type ImageEncoderConfig, type TransformerSize, type VitSizeName, vitSizes } from '@masked-distill/vit';
import type { MaskedAutoencoderConfig } from './masked-autoencoder.ts';

/** The decoder MAE uses with every encoder. */
export const maeDecoder: Readonly<TransformerSize> = { width: 512, depth: 8, heads: 16 };

/** Options of {@link maePreset}: anything of the encoder that should differ. */
export type MaePresetOptions = Partial<ImageEncoderConfig>;

/** A masked autoencoder of a known size, 224 px with patches of 16 (14 for huge) and MAE's decoder unless told otherwise. */
export function maePreset(size: VitSizeName, encoder: MaePresetOptions = {}): MaskedAutoencoderConfig {
  const patch = size === 'huge' ? { h: 14, w: 14 } : { h: 16, w: 16 };
  return { encoder: { ...vitSizes[size], imageSize: { h: 224, w: 224 }, patch, ...encoder }, decoder: maeDecoder };
}
