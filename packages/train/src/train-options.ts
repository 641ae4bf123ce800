import type { LoadedCheckpoint } from './loaded-checkpoint.ts';
import type { RunFolder } from './run-folder.ts';
import type { TrainStepOptions } from './train-step.ts';

/** What is measured at each step; a line of `metrics.jsonl`. */
export interface StepMetrics {
  /** Steps done, this one included. */
  step: number;
  /** Passes over the data, this step included. */
  epoch: number;
  /** Loss before the step. */
  loss: number;
  /** Parts of the loss under their own names (`lossRecon`, …), and nothing else. */
  [part: `loss${string}`]: number;
  /** Learning rate of the step. */
  lr: number;
  /** Norm of the gradient before clipping. */
  gradNorm: number;
  /** Samples per second, waiting included. */
  samplesPerSecond: number;
  /** Seconds spent waiting for data. */
  dataSeconds: number;
  /** Seconds spent computing. */
  stepSeconds: number;
}

/** Work to be done every so many steps, such as painting pictures. */
export interface Chore {
  /** After every how many steps; it is also done after the last. */
  every: number;
  /** The work; `step` counts the steps done. */
  run(step: number): Promise<void>;
}

/** Judges the model every so often, so that `best` is the checkpoint that did best and not that of the lowest training loss. */
export interface Judge {
  /** After every how many steps; it also judges after the last, but not where a run is stopped in between. */
  every: number;
  /**
   * Judges the model as it is.
   *
   * @param step steps done
   * @param averaged does some work with the averaged weights in place of the model's; absent where none are kept
   * @returns a score of which more is better
   */
  run(step: number, averaged?: <T>(work: () => Promise<T>) => Promise<T>): Promise<number>;
}

/** Options of {@link train}. */
export interface TrainOptions extends TrainStepOptions {
  /** Where everything is written. */
  run: RunFolder;
  /** Length of the run in steps. */
  totalSteps: number;
  /** Learning rate at step 0, 1, … */
  learningRate: (step: number) => number;
  /** Writes a checkpoint after every so many steps, and after the last. */
  checkpointEvery: number;
  /** Checkpoints that are kept. Default 3. */
  keep?: number;
  /** Where to go on. Default: at the start. */
  resumeFrom?: LoadedCheckpoint;
  /** Aborting it ends the run after the present step, with a checkpoint. */
  signal?: AbortSignal;
  /** Told of each step. */
  onStep?: (metrics: StepMetrics) => void;
  /** Told of each checkpoint. */
  onCheckpoint?: (path: string) => void;
  /** Further work between steps. */
  chores?: readonly Chore[];
  /** Decides which checkpoint is the best, and has one written for it. Default: the lowest mean loss between two checkpoints is. */
  judge?: Judge;
  /** Milliseconds from any fixed start. Default `performance.now`. */
  now?: () => number;
}

/** The lowest mean loss between two checkpoints. */
export interface BestLoss {
  /** The mean. */
  loss: number;
  /** Steps done when it was reached. */
  step: number;
}

/** The highest score that a {@link Judge} gave. */
export interface BestScore {
  /** The score. */
  score: number;
  /** Steps done when it was reached; the first, of equals. */
  step: number;
}

/** How a run ended. */
export interface TrainSummary {
  /** Steps done in all. */
  steps: number;
  /** Mean loss of the last steps, those since the checkpoint before the last. */
  finalLoss: number;
  /** Lowest such mean. */
  best: BestLoss;
  /** The highest score, where there was a judge: that of the checkpoint `best`. */
  judged?: BestScore;
  /** Seconds of this call. */
  seconds: number;
  /** Whether it was stopped before its last step. */
  stopped: boolean;
  /** The newest checkpoint. */
  checkpoint: string;
}
