import './gradients.ts';

export { createRng, InputError, MaskedDistillError, type Rng } from '@masked-distill/base';
export { engineCandidates } from './engine/candidates.ts';
export { type EngineConformanceCase, engineConformance } from './engine/conformance.ts';
export type {
  DeviceReport,
  Engine,
  EngineCandidate,
  EngineDevice,
  EngineName,
  EngineReport,
  EngineSettings,
  FreezeOptions,
  FrozenReport,
  StartedEngine,
  TensorRecord,
} from './engine/engine.ts';
export { NotStarted } from './engine/not-started.ts';
export { probeEngines, type UseEngineOptions, useEngine } from './engine/use-engine.ts';
export * from './files/index.ts';
export { constant, normal, truncatedNormal, xavierUniform } from './initializers.ts';
export { LayerNorm, Linear, type LinearOptions } from './layers.ts';
export { Module, type ParameterOptions } from './module.ts';
export { attention } from './ops/attention.ts';
export { dropPath, type SampleDropPathOptions, sampleDropPath } from './ops/drop-path.ts';
export { type SampleDropoutOptions, sampleDropout } from './ops/dropout.ts';
export { gatherRows, invertRows, type RowIndex, type RowIndexArrays } from './ops/gather-rows.ts';
export { gelu } from './ops/gelu.ts';
export { layerNorm } from './ops/layer-norm.ts';
export { linear } from './ops/linear.ts';
export { meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from './ops/losses.ts';
export { maxPool } from './ops/max-pool.ts';
export {
  type PatchGrid,
  type PatchSize,
  patchify,
  type UnpatchifyOptions,
  unpatchify,
  unpatchifyClips,
} from './ops/patchify.ts';
export { type RecomputeOptions, recompute } from './ops/recompute.ts';
export { type RoiAlignOptions, roiAlign, roiAlignWeights } from './ops/roi-align.ts';
export { rowIndexFrom, rowIndexTensors } from './ops/row-index-tensors.ts';
export { sumRows } from './ops/sum-rows.ts';
export { AdamW, type AdamWArguments, type AdamWOptions, type AdamWResult } from './optim/adamw.ts';
export { clipFactor, globalNorm } from './optim/clip.ts';
export { ExponentialMovingAverage } from './optim/ema.ts';
export {
  type DecayMatricesOptions,
  decayMatrices,
  type LayerDecayOptions,
  layerDecay,
  type ParameterRule,
  type ParameterRules,
} from './optim/parameter-rules.ts';
export {
  type CosineTableOptions,
  cosineTable,
  scaleLearningRate,
  type WarmupCosineOptions,
  warmupCosine,
} from './optim/schedules.ts';
export { type LoadReport, type LoadStateDictOptions, loadStateDict, stateDict } from './state-dict.ts';
