/** The models that engines are compared on. */
export const models = {
  'ViT-S/16': {
    batch: 8,
    encoder: { imageSize: { h: 224, w: 224 }, patch: { h: 16, w: 16 }, width: 384, depth: 12, heads: 6 },
    decoder: { width: 192, depth: 4, heads: 3 },
  },
  tiny: {
    batch: 64,
    encoder: { imageSize: { h: 64, w: 64 }, patch: { h: 8, w: 8 }, width: 192, depth: 4, heads: 3 },
    decoder: { width: 96, depth: 2, heads: 3 },
  },
  mae_vit_base: {
    batch: 4,
    encoder: { imageSize: { h: 224, w: 224 }, patch: { h: 16, w: 16 }, width: 768, depth: 12, heads: 12 },
    decoder: { width: 512, depth: 8, heads: 16 },
  },
};

/** Floating-point operations of the matrix products of one training step at mask ratio 0.75: forward, and twice that backward. */
export function stepFlops({ batch, encoder, decoder }) {
  const { h, w } = encoder.patch;
  const tokens = (encoder.imageSize.h / h) * (encoder.imageSize.w / w);
  const values = h * w * 3;
  const visible = tokens / 4;
  const block = (rows, width) => 2 * rows * 12 * width * width + 4 * rows * rows * width;
  const embed = 2 * visible * values * encoder.width;
  const body = encoder.depth * block(visible + 1, encoder.width) + decoder.depth * block(tokens + 1, decoder.width);
  const bridge = 2 * (visible + 1) * encoder.width * decoder.width + 2 * (tokens - visible) * decoder.width * values;
  // The gradient with respect to the pixels is not needed.
  return batch * (2 * embed + 3 * (body + bridge));
}
