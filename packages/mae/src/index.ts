export { ImageDecoder, type ImageDecoderConfig } from './decoder.ts';
export {
  type IndexMasksOptions,
  indexMasks,
  type MaskIndices,
  maskIndexTensors,
  maskIndicesFrom,
} from './mask-indices.ts';
export { MaskedAutoencoder, type MaskedAutoencoderConfig } from './masked-autoencoder.ts';
export type { MaskedModel } from './masked-model.ts';
export { type MaePresetOptions, maeDecoder, maePreset } from './presets.ts';
export { type Picture, type Reconstruction, type ReconstructOptions, reconstruct } from './reconstruction.ts';
export { normalizePatches, type PatchStatistics, patchStatistics } from './targets.ts';
