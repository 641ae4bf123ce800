import type { MaskedAutoencoderConfig, VideoMaskedAutoencoderConfig } from '@masked-distill/mae';
import type { MaskCounts } from '@masked-distill/masking';
import type { ImageEncoderConfig, VideoEncoderConfig } from '@masked-distill/vit';
import { blocksFlops, linearFlops, STEP_OVER_FORWARD } from '../run/flops.ts';

/** Operations of an encoder's forward pass on so many patches of an image, or cubes of a clip. */
export function encoderFlops(config: ImageEncoderConfig | VideoEncoderConfig, tokens: number): number {
  return linearFlops(tokens, pixelsOf(config), config.width) + blocksFlops(prefixOf(config) + tokens, config);
}

/** Numbers in a token. */
const pixelsOf = ({ patch }: ImageEncoderConfig | VideoEncoderConfig) =>
  ('t' in patch ? patch.t : 1) * patch.h * patch.w * 3;

/** Tokens before those of the grid. */
const prefixOf = (config: ImageEncoderConfig | VideoEncoderConfig) =>
  'frames' in config ? 0 : Number(config.classToken ?? true);

/** Operations of a masked autoencoder's share of a training step, an image or clip: forward and backward pass. */
export function maeFlops(
  { encoder, decoder }: MaskedAutoencoderConfig | VideoMaskedAutoencoderConfig,
  { visible, masked, decoded = masked }: MaskCounts,
): number {
  const prefix = prefixOf(encoder);
  const decoding =
    linearFlops(prefix + visible, encoder.width, decoder.width) +
    blocksFlops(prefix + visible + decoded, decoder) +
    linearFlops(decoded, decoder.width, pixelsOf(encoder));
  return STEP_OVER_FORWARD * (encoderFlops(encoder, visible) + decoding);
}
