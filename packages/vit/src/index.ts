export { ActionDetector, type ActionDetectorConfig, type DetectOptions } from './action-detector.ts';
export { type AttentionWeightsOptions, attentionWeights } from './attention-weights.ts';
export type { Backbone, Encoded, EncodeOptions } from './backbone.ts';
export { Block, type BlockCall, type BlockOptions, checkpointGradients, lastTokens, type QkvBias } from './block.ts';
export { checkBlocks, checkTransformerSize } from './check-sizes.ts';
export { Classifier, type ClassifierOptions, type ClassifyOptions, type Pooling } from './classifier.ts';
export { type BackboneConformanceCase, type BackboneConformanceOptions, backboneConformance } from './conformance.ts';
export { ImageClassifier, type ImageClassifierConfig } from './image-classifier.ts';
export { checkImageEncoderConfig, ImageEncoder, type ImageEncoderConfig } from './image-encoder.ts';
export { PatchEmbedding, type PatchEmbeddingOptions } from './patch-embedding.ts';
export type { PatchShape } from './patch-shape.ts';
export {
  type ClipPositions,
  type ClipTable,
  clipTable,
  fixedPositions,
  type GridSize,
  sincos2d,
  sincos3d,
  sinusoid1d,
} from './position-tables.ts';
export { type PositionsOfOptions, positionsOf } from './positions-of.ts';
export { type TransformerSize, type VitSizeName, vitSizes } from './presets.ts';
export { type TokenRowsOptions, tokenRows } from './token-rows.ts';
export { Transformer, type TransformerOptions } from './transformer.ts';
export { VideoClassifier, type VideoClassifierConfig } from './video-classifier.ts';
export { checkVideoEncoderConfig, VideoEncoder, type VideoEncoderConfig } from './video-encoder.ts';
export * from './weights/index.ts';
