export { type StepResult, TrainStep, type TrainStepOptions } from './train-step.ts';
export type { ArgumentArray, TrainingBatch, TrainingLoss, TrainingTask } from './training-task.ts';
