import { warmupCosine } from '@masked-distill/tensor-core';
import { type TrainingBatch, TrainStep } from '@masked-distill/train';
import type { RunConfig } from '../config/run-config.ts';
import { modalityOf } from '../data/modality-of.ts';
import type { Environment } from '../environment.ts';
import { describeParameters } from '../progress/describe.ts';
import { formatCount, formatDuration, formatSpeed, formatTable } from '../progress/format.ts';
import { formatBytes } from '../text/format-bytes.ts';
import { stepOptions } from './run-training.ts';
import { type OpenRunData, type PrepareTraining, type ReadyTraining, readyTraining } from './training.ts';

/** The step after the first, which compiles, is timed; where it took less than this, one more is. */
const LONG_SECONDS = 30;

/** What {@link dryRun} works with. */
export interface DryRunOptions<Config> {
  /** Outputs and clock. */
  readonly environment: Environment;
  /** Makes what would be trained. */
  readonly prepare: PrepareTraining<Config>;
  /** The verb's own way to its data. Default: what the settings' `data` names, images or videos alike, or as many as the customary set has. */
  readonly own?: OwnData<Config>;
}

/** Data that a verb opens itself. */
export interface OwnData<Config> {
  /** Opens what the settings name. */
  readonly open: OpenRunData<Config>;
  /** Where none was given and it is drawn: what has as much of it, and the flag that gives it. */
  readonly drawn?: Drawn;
}

interface Drawn {
  readonly like: string;
  readonly flag: string;
}

/**
 * Builds what a run would train, takes two or three steps, and tells what the whole run would cost on this machine. Writes nothing.
 *
 * @param config complete settings; without data, as much is drawn as the customary set has
 * @throws InputError when the run could not begin
 */
export async function dryRun<Config extends RunConfig>(
  config: Config,
  { environment, prepare, own }: DryRunOptions<Config>,
): Promise<void> {
  const { stdout, stderr, now } = environment;
  const note = (text: string) => void stderr.write(`${text}\n`);
  const { settings, drawn } = own ? { settings: config, drawn: own.drawn } : orDrawn(config);
  const ready = await readyTraining(settings, { environment, note, prepare, open: own?.open });
  try {
    await ready.training.start?.();
    const seconds = await timeBatch(ready, now);
    stdout.write(describeCost(ready, { seconds, drawn }));
  } finally {
    await ready.close();
  }
}

/** Settings with something to train on: as much as the customary set has is drawn where nothing was given. */
function orDrawn<Config extends RunConfig>(config: Config): { settings: Config; drawn?: Drawn } {
  if (config.data.path !== undefined) return { settings: config };
  const { path, like } = modalityOf(config.model).drawn;
  const data = { ...config.data, path, val: undefined, valShare: 0 };
  return { settings: { ...config, data }, drawn: { like: `${like} has`, flag: '--data' } };
}

/** Seconds of one forward pass with its share of a step; an update is counted to each. */
async function timeBatch<Config extends RunConfig>(
  { training, engine, plan, config }: ReadyTraining<Config>,
  now: () => number,
): Promise<number> {
  const step = new TrainStep(training.task, { ...stepOptions(config, training), engine, accumulation: 1 });
  const learningRate = warmupCosine({ peak: plan.lr, warmupSteps: plan.warmupSteps, totalSteps: plan.totalSteps });
  const batches = training.task.batches(0)[Symbol.asyncIterator]();
  const take = async (index: number) => {
    const { value } = (await batches.next()) as { value: TrainingBatch };
    const start = now();
    await step.run([value], { step: index, learningRate: learningRate(index) });
    return (now() - start) / 1000;
  };
  try {
    await take(0);
    const second = await take(1);
    return second > LONG_SECONDS ? second : Math.min(second, await take(2));
  } finally {
    await batches.return?.();
    step.dispose();
  }
}

function describeCost<Config extends RunConfig>(
  { config, training, plan, engine, sources }: ReadyTraining<Config>,
  { seconds, drawn }: { seconds: number; drawn?: Drawn },
): string {
  const { batchSize, accumulation } = config.optim;
  const { facts, flopsPerSample } = training;
  const perPass = batchSize * config.data.repeats;
  const stepSeconds = seconds * accumulation;
  const passes =
    accumulation > 1
      ? ` (${accumulation} passes of ${formatCount(perPass)} samples, ${formatSeconds(seconds)} each)`
      : '';
  const samples = plan.totalSteps * plan.effectiveBatch;
  const instead = drawn ? `, drawn, as many as ${drawn.like}: no ${drawn.flag} was given` : '';
  const data = `${formatCount(sources.train.length)} ${sources.modality.words.many}${instead}`;
  const rows: (readonly [string, string])[] = [
    ['model', facts.model],
    ['parameters', describeParameters(facts.parameters)],
    ...(facts.rows ?? []),
    ['data', data],
    ['engine', `${engine.name} (${engine.detail})`],
    ['memory', `${formatBytes(peakMemory())} at its peak`],
    ['step', `${formatSeconds(stepSeconds)} for ${formatCount(plan.effectiveBatch)} samples${passes}`],
    ['speed', `${formatSpeed(perPass / seconds)} samples/s`],
    [
      'whole run',
      `${formatCount(plan.totalSteps)} steps in ${formatDuration(stepSeconds * plan.totalSteps)} on this machine`,
    ],
    ...(flopsPerSample === undefined
      ? []
      : [
          [
            'products',
            `${(flopsPerSample * samples).toExponential(1).replace('+', '')} floating-point operations in all, ${formatGiga((flopsPerSample * perPass) / seconds)} a second here`,
          ] as const,
        ]),
  ];
  return `dry run of ${config.run.name}: nothing was written\n${formatTable(rows)}`;
}

const formatSeconds = (seconds: number) => (seconds < 100 ? `${seconds.toPrecision(3)} s` : formatDuration(seconds));

const formatGiga = (perSecond: number) => `${formatSpeed(perSecond / 1e9)} G`;

/** Bytes that the process held at most; the kernel counts in kilobytes. */
const peakMemory = () => process.resourceUsage().maxRSS * 1024;
