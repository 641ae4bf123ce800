export { argumentTensors } from './argument-tensors.ts';
export type { CheckpointFolder } from './checkpoint-folders.ts';
export {
  type CheckpointContent,
  CheckpointStore,
  type CheckpointStoreOptions,
  type LatestCheckpoint,
  type SkippedCheckpoint,
} from './checkpoint-store.ts';
export { LoadedCheckpoint } from './loaded-checkpoint.ts';
export { MetricsLog, type MetricsRow, readMetrics } from './metrics-log.ts';
export { makeNumberedFolder, newestNumberedFolder } from './numbered-folders.ts';
export { type ResolvedCheckpoint, resolveCheckpoint } from './resolve-checkpoint.ts';
export { type CreateRunFolderOptions, createRunFolder, openRunFolder, RunFolder } from './run-folder.ts';
export { train } from './train.ts';
export type { BestLoss, BestScore, Chore, Judge, StepMetrics, TrainOptions, TrainSummary } from './train-options.ts';
export { type StepResult, TrainStep, type TrainStepOptions } from './train-step.ts';
export type { ArgumentArray, TrainingBatch, TrainingLoss, TrainingTask } from './training-task.ts';
export type { WriteFile } from './write-file.ts';
