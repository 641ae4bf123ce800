import type { UnreadableReport } from '@masked-distill/image-data';
import type { Engine, ParameterRules } from '@masked-distill/tensor-core';
import type { Chore, Judge, RunFolder, TrainingTask } from '@masked-distill/train';
import { type Backbone, checkpointGradients } from '@masked-distill/vit';
import { planRun, type RunPlan } from '../config/plan.ts';
import type { RunConfig } from '../config/run-config.ts';
import type { Environment } from '../environment.ts';
import type { ModelFacts } from '../progress/progress.ts';
import { startEngine } from '../start-engine.ts';
import { openSources, type RunSources } from './open-sources.ts';
import type { RunLoader } from './run-loader.ts';

/** What a verb trains, and what it does around it. */
export interface Training {
  /** The model and its loss. */
  readonly task: TrainingTask;
  /** What the first screen says of it. */
  readonly facts: ModelFacts;
  /** Which parameters decay, and how their learning rates are scaled. Default: the optimiser's own. */
  readonly rules?: ParameterRules;
  /** The encoder whose frozen features k-NN judges, before and after the run, where labelled samples are held out. */
  readonly probed?: Backbone;
  /**
   * Writes down what the run depends on besides its settings; when it goes on, compares.
   *
   * @throws InputError when the run could not go on as it began
   */
  record?(run: RunFolder): Promise<void>;
  /** What is to be done once it is sure to begin, such as freezing a teacher. */
  start?(): Promise<void>;
  /** Floating-point operations of one sample's share of a step, as `--dry-run` tells them. */
  readonly flopsPerSample?: number;
  /** The work between steps, such as painting pictures. */
  chores?(run: RunFolder): Promise<readonly Chore[]>;
  /** Judges the model on held-out data, and so decides which checkpoint is the best; nothing where there is none. */
  judge?(run: RunFolder): Promise<Judge | undefined>;
  /** Frees the model, and whatever stands beside it. */
  dispose(): void;
}

/** What a {@link Training} is made from. */
export interface TrainingContext<Config> {
  /** The settings. */
  readonly config: Config;
  /** The images or videos. */
  readonly sources: RunSources;
  /** What is trained on in batches. */
  readonly loader: RunLoader;
  /** What follows from the settings and their number. */
  readonly plan: RunPlan;
  /** What computes. */
  readonly engine: Engine;
  /** Steps done already, where a run goes on: then its checkpoint has the weights. */
  readonly startStep: number;
  /** Tells the user. */
  readonly note: (text: string) => void;
  /** Outputs and clock, for what shows a progress of its own. */
  readonly environment: Environment;
}

/** A run's data: what there is, and its batches. */
export interface RunData {
  /** The images or videos. */
  readonly sources: RunSources;
  /** Makes the batches of what is trained on; it starts no thread before it is asked for one. */
  createLoader(): RunLoader;
}

/** Opens a verb's data. */
export type OpenRunData<Config> = (config: Config, note: (text: string) => void) => Promise<RunData>;

/** Makes a verb's training, once data and engine are there. */
export type PrepareTraining<Config> = (context: TrainingContext<Config>) => Promise<Training>;

/** A training that can begin. */
export interface ReadyTraining<Config> extends TrainingContext<Config> {
  /** The training. */
  readonly training: Training;
  /** Ends loader and model. */
  close(): Promise<void>;
}

/** Options of {@link readyTraining}. */
export interface ReadyTrainingOptions<Config> {
  /** Outputs and clock. */
  readonly environment: Environment;
  /** Tells the user. */
  readonly note: (text: string) => void;
  /** Makes the training. */
  readonly prepare: PrepareTraining<Config>;
  /** Opens the data. Default: what the settings' `data` names, images or videos alike. */
  readonly open?: OpenRunData<Config>;
  /** Steps done already. Default 0. */
  readonly startStep?: number;
}

/**
 * Opens the data, starts the engine and builds the model of a run: what can be wrong with them is found here, and nothing is written.
 *
 * @throws InputError when one of them can't be used
 */
export async function readyTraining<Config extends RunConfig>(
  config: Config,
  { environment, note, prepare, open = openNamedData, startStep = 0 }: ReadyTrainingOptions<Config>,
): Promise<ReadyTraining<Config>> {
  const { sources, createLoader } = await open(config, note);
  const plan = planRun(config, sources.train.length);
  const engine = await startEngine(config.run, note);
  const loader = createLoader();
  try {
    const context = { config, sources, loader, plan, engine, startStep, note, environment };
    const training = await prepare(context);
    if (config.optim.gradientCheckpointing) checkpointGradients(training.task.module);
    const close = async () => {
      await loader.close();
      training.dispose();
    };
    return { ...context, training, close };
  } catch (error) {
    await loader.close();
    throw error;
  }
}

async function openNamedData(config: RunConfig, note: (text: string) => void): Promise<RunData> {
  const sources = await openSources(config, note);
  const onUnreadable = ({ key, reason }: UnreadableReport) => note(`unreadable: ${key}: ${reason}`);
  return { sources, createLoader: () => sources.modality.trainLoader(sources.train, config, onUnreadable) };
}
