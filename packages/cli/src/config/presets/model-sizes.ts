/** Names of the model presets, small to large. */
export const modelNames = ['nano', 'tiny', 'small', 'base', 'large', 'huge'] as const;

/** Name of a size of encoder. */
export type SizeName = (typeof modelNames)[number];

/** Names of the model presets for clips. */
export const videoModelNames = [
  'video-nano',
  'video-tiny',
  'video-small',
  'video-base',
  'video-large',
  'video-huge',
] as const satisfies readonly `video-${SizeName}`[];

/** A model preset's name. */
export type ModelName = SizeName | (typeof videoModelNames)[number];

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
} as const satisfies Record<SizeName, object>;

// VideoMAE's decoders: half the encoder's width (512 beside large), depth 4, heads of 64 channels. Ours: nano and tiny.
const videoDecoders = {
  nano: { width: 48, depth: 1, heads: 3 },
  tiny: { width: 96, depth: 4, heads: 3 },
  small: { width: 192, depth: 4, heads: 3 },
  base: { width: 384, depth: 4, heads: 6 },
  large: { width: 512, depth: 4, heads: 8 },
  huge: { width: 640, depth: 4, heads: 8 },
} as const satisfies Record<SizeName, object>;

/** The size of encoder that a model preset has, and whether it is of clips. */
export function sizeNameOf(name: ModelName): { size: SizeName; isVideo: boolean } {
  const isVideo = name.startsWith('video-');
  return { size: (isVideo ? name.slice('video-'.length) : name) as SizeName, isVideo };
}

/** What a model preset sets: the encoder, the decoder beside it, and for clips VideoMAE's 16 frames in cubes of two. */
export function modelSizesOf(name: ModelName) {
  const { size, isVideo } = sizeNameOf(name);
  if (!isVideo) return { ...modelSizes[size], frames: 1 };
  return { ...modelSizes[size], decoder: videoDecoders[size], frames: 16, tubelet: 2, classToken: false };
}
