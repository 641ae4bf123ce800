export { crossEntropy } from './cross-entropy.ts';
export { type KnnAccuraciesOptions, type KnnOptions, knnAccuracies, knnAccuracy } from './knn.ts';
export type { FeatureSets, LabelledFeatures } from './labelled-features.ts';
export {
  type LinearProbeOptions,
  type LinearProbeResult,
  linearProbe,
  type WeightDecayResult,
} from './probe/linear-probe.ts';
export { type TopKAccuracyOptions, topKAccuracy } from './top-k-accuracy.ts';
