export { Decoder, type DecoderConfig, type DecoderOptions } from './decoder.ts';
export { ImageDecoder, type ImageDecoderConfig } from './image-decoder.ts';
export {
  indexMasks,
  type MaskIndices,
  maskIndexTensors,
  maskIndicesFrom,
} from './mask-indices.ts';
export { MaskedAutoencoder, type MaskedAutoencoderConfig } from './masked-autoencoder.ts';
export type { MaskedModel } from './masked-model.ts';
export {
  type MaePresetOptions,
  maeDecoder,
  maePreset,
  type VideoMaePresetOptions,
  videoMaeDecoders,
  videoMaePreset,
} from './presets.ts';
export {
  type Picture,
  type Reconstruction,
  type ReconstructOptions,
  reconstruct,
  reconstructFrames,
} from './reconstruction.ts';
export {
  denormalizeCubes,
  normalizeCubes,
  normalizePatches,
  type PatchStatistics,
  patchStatistics,
} from './targets.ts';
export { TokenAutoencoder } from './token-autoencoder.ts';
export { VideoDecoder, type VideoDecoderConfig } from './video-decoder.ts';
export { VideoMaskedAutoencoder, type VideoMaskedAutoencoderConfig } from './video-masked-autoencoder.ts';
