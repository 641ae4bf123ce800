export { attentionRollout } from './attention-rollout.ts';
export { avaLines } from './ava/ava-lines.ts';
export { frameName } from './ava/frame-name.ts';
export { type LabelMapEntry, readLabelMap } from './ava/read-label-map.ts';
export { type FoundPerson, type ReadPersonBoxesOptions, readPersonBoxes } from './ava/read-person-boxes.ts';
export {
  type AvaTable,
  type AvaTruthBox,
  type ReadAvaDetectionsOptions,
  type ReadAvaTruthOptions,
  readAvaDetections,
  readAvaTruth,
  readExcludedFrames,
} from './ava/read-tables.ts';
export { balancedClassWeights } from './classification/class-weights.ts';
export { type MixPixelsOptions, mixPixels } from './classification/mix-pixels.ts';
export {
  type DrawMixesOptions,
  drawMixes,
  type Mix,
  type MixBox,
  type MixingOptions,
} from './classification/mixing.ts';
export { type SoftTargetsOptions, softTargets } from './classification/soft-targets.ts';
export {
  type Box,
  type DetectedBox,
  type Frames,
  hasArea,
  intersectionOverUnion,
  type TruthBox,
} from './detection/boxes.ts';
export {
  type ClassPrecision,
  type FrameMeanAveragePrecision,
  type FrameMeanAveragePrecisionOptions,
  frameMeanAveragePrecision,
} from './detection/frame-mean-average-precision.ts';
export { type KnnAccuraciesOptions, type KnnOptions, knnAccuracies, knnAccuracy } from './knn.ts';
export type { FeatureSets, LabelledFeatures } from './labelled-features.ts';
export { meanProbabilities } from './mean-probabilities.ts';
export { averagePrecision, type MeanAveragePrecision, meanAveragePrecision } from './metrics/average-precision.ts';
export {
  type CalibrationBin,
  type CalibrationOptions,
  calibrationBins,
  expectedCalibrationError,
} from './metrics/calibration.ts';
export {
  balancedAccuracy,
  type ConfusionMatrix,
  confusionMatrix,
  perClassAccuracy,
  predictedClasses,
} from './metrics/confusion-matrix.ts';
export { crossEntropy } from './metrics/cross-entropy.ts';
export { type TopKAccuracyOptions, topKAccuracy } from './metrics/top-k-accuracy.ts';
export {
  type PrincipalComponents,
  type PrincipalComponentsOptions,
  principalComponents,
} from './principal-components.ts';
export {
  type LinearProbeOptions,
  type LinearProbeResult,
  linearProbe,
  type WeightDecayResult,
} from './probe/linear-probe.ts';
export { type SgdProbeOptions, type SgdProbeResult, sgdProbe } from './probe/sgd-probe.ts';
