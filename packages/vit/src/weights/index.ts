export { type CreatedEncoder, createEncoder, imageEncoderConfig, videoEncoderConfig } from './create-encoder.ts';
export type { EncoderDescription, EncoderHints } from './encoder-description.ts';
export { type EncoderWeights, type FindEncoderOptions, findEncoder, namingsOf } from './find-encoder.ts';
export { type EncoderLoadReport, loadEncoder } from './load-encoder.ts';
export { type ResizePositionsOptions, resizePositions } from './resize-positions.ts';
export { type ToTimmOptions, toTimm } from './to-timm.ts';
export { type ForeignEncoder, toTransformers } from './to-transformers.ts';
export { namingTitles, type WeightNaming } from './weight-naming.ts';
