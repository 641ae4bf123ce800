import type { MaskedAutoencoderConfig } from '@masked-distill/mae';
import type { MaskCounts } from '@masked-distill/masking';
import type { ImageEncoderConfig } from '@masked-distill/vit';
import { blocksFlops, linearFlops, STEP_OVER_FORWARD } from '../run/flops.ts';

/** Operations of an encoder's forward pass on so many patches of an image. */
export function encoderFlops(config: ImageEncoderConfig, tokens: number): number {
  const { patch, width, classToken = true } = config;
  return linearFlops(tokens, patch.h * patch.w * 3, width) + blocksFlops(Number(classToken) + tokens, config);
}

/** Operations of a masked autoencoder's share of a training step, an image: forward and backward pass. */
export function maeFlops(
  { encoder, decoder }: MaskedAutoencoderConfig,
  { visible, masked, decoded = masked }: MaskCounts,
): number {
  const { patch, width, classToken = true } = encoder;
  const prefix = Number(classToken);
  const decoding =
    linearFlops(prefix + visible, width, decoder.width) +
    blocksFlops(prefix + visible + decoded, decoder) +
    linearFlops(decoded, decoder.width, patch.h * patch.w * 3);
  return STEP_OVER_FORWARD * (encoderFlops(encoder, visible) + decoding);
}
