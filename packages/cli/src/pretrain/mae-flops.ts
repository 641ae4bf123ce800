import type { MaskedAutoencoder } from '@masked-distill/mae';
import { type MaskCounts, tokenCount } from '@masked-distill/masking';
import type { ImageEncoder, ImageEncoderConfig } from '@masked-distill/vit';
import { blocksFlops, linearFlops, STEP_OVER_FORWARD } from '../run/flops.ts';

/** Operations of an encoder's forward pass on `tokens` patches of an image, through its first `depth` blocks. */
export function encoderFlops(
  { patch, width, prefixTokens }: ImageEncoder,
  { tokens, depth, mlpRatio }: { tokens: number; depth: number; mlpRatio?: number },
): number {
  return (
    linearFlops(tokens, patch.h * patch.w * 3, width) + blocksFlops(prefixTokens + tokens, { width, depth, mlpRatio })
  );
}

/** Operations of a masked autoencoder's share of a training step, an image: forward and backward pass. */
export function maeFlops({ encoder, config }: MaskedAutoencoder, { visible, masked }: MaskCounts): number {
  const { decoder } = config;
  const { mlpRatio }: ImageEncoderConfig = config.encoder;
  const pixels = encoder.patch.h * encoder.patch.w * 3;
  const decoding =
    linearFlops(encoder.prefixTokens + visible, encoder.width, decoder.width) +
    blocksFlops(encoder.prefixTokens + tokenCount(encoder.grid), decoder) +
    linearFlops(masked, decoder.width, pixels);
  return STEP_OVER_FORWARD * (encoderFlops(encoder, { tokens: visible, depth: encoder.depth, mlpRatio }) + decoding);
}
