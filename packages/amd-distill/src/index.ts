export {
  type CompleteDistillationConfig,
  completeConfig,
  type DistillationConfig,
  type GeneratorConfig,
  type LayerPair,
  type LossWeights,
  middleAndLast,
  releasedCode,
} from './config.ts';
export { Distiller, type DistillerOptions, type DistillLoss, type StudentFeatures } from './distiller.ts';
export { type FeatureLoss, type FeatureLossOptions, type FeatureNormalization, featureLoss } from './feature-loss.ts';
export { type DistillIndices, distillIndicesFrom, indexAsymmetricMasks } from './indices.ts';
