/** Names of the model presets, small to large. */
export const modelNames = ['nano', 'tiny', 'small', 'base', 'large', 'huge'] as const;

/** A model preset's name. */
export type ModelName = (typeof modelNames)[number];

// MAE uses this decoder beside every size of encoder (He et al. 2022, table 1).
const maeDecoder = { width: 512, depth: 8, heads: 16 };

/**
 * What each model preset sets. Encoders are the field's (small to huge) and DeiT's (tiny). Ours: all of nano, and the decoders of tiny and
 * small, which beside MAE's 512 x 8 would spend most of their time in a part that is thrown away.
 */
export const modelSizes = {
  nano: { width: 96, depth: 4, heads: 3, decoder: { width: 64, depth: 2, heads: 2 } },
  tiny: { width: 192, depth: 12, heads: 3, decoder: { width: 128, depth: 4, heads: 4 } },
  small: { width: 384, depth: 12, heads: 6, decoder: { width: 256, depth: 4, heads: 8 } },
  base: { width: 768, depth: 12, heads: 12, decoder: maeDecoder },
  large: { width: 1024, depth: 24, heads: 16, decoder: maeDecoder },
  huge: { width: 1280, depth: 32, heads: 16, decoder: maeDecoder },
} as const satisfies Record<ModelName, object>;
