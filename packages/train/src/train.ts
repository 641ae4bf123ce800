import { setImmediate as nextTurn } from 'node:timers/promises';
import { loadStateDict, MaskedDistillError, stateDict } from '@masked-distill/tensor-core';
import type { BestLoss, BestScore, StepMetrics, TrainOptions, TrainSummary } from './train-options.ts';
import { type StepResult, TrainStep } from './train-step.ts';
import type { TrainingBatch, TrainingTask } from './training-task.ts';

/** What a run remembers beside its tensors; stored in each checkpoint. */
interface Progress {
  /** Steps done. */
  step: number;
  /** Mean loss of the steps before the newest checkpoint. */
  finalLoss: number;
  /** Lowest such mean, and where. */
  best: BestLoss;
  /** Highest score of the judge, if there is one and it has spoken. */
  judged?: BestScore;
}

/** Keys of a batch that are named in an error. */
const NAMED_KEYS = 8;

/**
 * Trains until `totalSteps`, or until the signal aborts: logs every step, writes checkpoints, and goes on from one as if it had never
 * stopped.
 *
 * @throws MaskedDistillError when the loss or its gradient is not finite; the last checkpoint stays as it was
 */
export async function train(task: TrainingTask, options: TrainOptions): Promise<TrainSummary> {
  const { run, totalSteps, accumulation = 1, keep = 3, resumeFrom, signal, chores = [], judge } = options;
  const now = options.now ?? (() => performance.now());
  const trainStep = new TrainStep(task, options);
  const started = now();
  try {
    const progress = resumeFrom
      ? await restore(task, { trainStep, checkpoint: resumeFrom })
      : { step: 0, finalLoss: Number.NaN, best: { loss: Number.POSITIVE_INFINITY, step: 0 } };
    await run.metrics.truncateAfter(progress.step);
    const sinceCheckpoint: number[] = [];
    let checkpoint = resumeFrom?.path;

    const save = async (judgedBest: boolean) => {
      if (sinceCheckpoint.length > 0) {
        progress.finalLoss = sinceCheckpoint.reduce((a, b) => a + b) / sinceCheckpoint.length;
      }
      const isLowest = progress.finalLoss < progress.best.loss;
      if (isLowest) progress.best = { loss: progress.finalLoss, step: progress.step };
      sinceCheckpoint.length = 0;
      checkpoint = await run.checkpoints.save({
        ...(await snapshot(task, trainStep)),
        step: progress.step,
        state: progress,
        best: judge ? judgedBest : isLowest,
        keep,
      });
      options.onCheckpoint?.(checkpoint);
    };

    /** Whether the model is judged now, and did better than ever before. */
    const isJudgedBest = async (): Promise<boolean> => {
      const { step } = progress;
      if (!judge || (step % judge.every !== 0 && step !== totalSteps)) return false;
      const { average } = trainStep;
      const score = await judge.run(step, average && ((work) => average.inPlace(work)));
      if (progress.judged && score <= progress.judged.score) return false;
      progress.judged = { score, step };
      return true;
    };

    const batches = task.batches(progress.step * accumulation)[Symbol.asyncIterator]();
    try {
      while (progress.step < totalSteps && !signal?.aborted) {
        const asked = now();
        const microBatches = await take(batches, accumulation);
        const received = now();
        const learningRate = options.learningRate(progress.step);
        const result = await trainStep.run(microBatches, { step: progress.step, learningRate });
        requireFinite(result, { step: progress.step + 1, microBatches, checkpoint });
        progress.step++;
        sinceCheckpoint.push(result.loss);

        const metrics = toMetrics(result, {
          step: progress.step,
          epoch: (progress.step * accumulation) / task.batchesPerEpoch,
          lr: learningRate,
          samples: microBatches.reduce((sum, batch) => sum + batch.samples, 0),
          dataSeconds: (received - asked) / 1000,
          stepSeconds: (now() - received) / 1000,
        });
        await run.metrics.append(metrics);
        options.onStep?.(metrics);
        const isLast = progress.step === totalSteps || signal?.aborted;
        const isBest = await isJudgedBest();
        if (isBest || isLast || progress.step % options.checkpointEvery === 0) await save(isBest);
        for (const { every, run: work } of chores) if (isLast || progress.step % every === 0) await work(progress.step);
        // Engines that compute on this thread never let go of it: Ctrl-C and the workers' messages come in here.
        await nextTurn();
      }
    } finally {
      await batches.return?.();
    }
    // Ctrl-C between two checkpoints: the step that was running when it came is saved too.
    if (checkpoint === undefined || sinceCheckpoint.length > 0) await save(false);

    const summary: TrainSummary = {
      steps: progress.step,
      finalLoss: progress.finalLoss,
      best: progress.best,
      ...(progress.judged && { judged: progress.judged }),
      seconds: (now() - started) / 1000,
      stopped: progress.step < totalSteps,
      checkpoint: checkpoint!,
    };
    await run.writeSummary(summary);
    return summary;
  } finally {
    trainStep.dispose();
  }
}

async function take(batches: AsyncIterator<TrainingBatch>, count: number): Promise<TrainingBatch[]> {
  const taken: TrainingBatch[] = [];
  while (taken.length < count) {
    const { done, value } = await batches.next();
    if (done)
      throw new MaskedDistillError(
        'train: the data came to an end before the run; its batches() must go on over all epochs',
      );
    taken.push(value);
  }
  return taken;
}

function requireFinite(
  { loss, gradNorm }: StepResult,
  { step, microBatches, checkpoint }: { step: number; microBatches: readonly TrainingBatch[]; checkpoint?: string },
): void {
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return;
  const keys = microBatches.flatMap((batch) => batch.keys);
  const named =
    keys.slice(0, NAMED_KEYS).join(', ') + (keys.length > NAMED_KEYS ? `, and ${keys.length - NAMED_KEYS} more` : '');
  const what = Number.isFinite(loss) ? `the gradient's norm is ${gradNorm}` : `the loss is ${loss}`;
  const kept = checkpoint ? `${checkpoint} is the last good checkpoint` : 'no checkpoint was written yet';
  throw new MaskedDistillError(
    `train: ${what} at step ${step}, on ${named}; ${kept}; lower the learning rate or clip gradients`,
  );
}

function toMetrics(
  { loss, parts, gradNorm }: StepResult,
  {
    samples,
    ...rest
  }: Pick<StepMetrics, 'step' | 'epoch' | 'lr' | 'dataSeconds' | 'stepSeconds'> & { samples: number },
): StepMetrics {
  const { step, epoch, lr, dataSeconds, stepSeconds } = rest;
  const samplesPerSecond = samples / (dataSeconds + stepSeconds);
  return { step, epoch, loss, ...parts, lr, gradNorm, samplesPerSecond, dataSeconds, stepSeconds };
}

/** All tensors of a checkpoint, by file. */
async function snapshot(task: TrainingTask, { optimizer, average }: TrainStep) {
  return {
    tensors: {
      'model.safetensors': await stateDict(task.module.namedVariables()),
      'optimizer.safetensors': await stateDict(optimizer.namedVariables()),
      ...(average && { 'ema.safetensors': await stateDict(average.namedVariables()) }),
    },
    metadata: { 'masked-distill': JSON.stringify(task.description) },
  };
}

async function restore(
  task: TrainingTask,
  {
    trainStep: { optimizer, average },
    checkpoint,
  }: { trainStep: TrainStep; checkpoint: NonNullable<TrainOptions['resumeFrom']> },
): Promise<Progress> {
  const load = async (file: string, variables: Parameters<typeof loadStateDict>[0]) => {
    loadStateDict(variables, await checkpoint.readTensors(file), { source: `${checkpoint.path}/${file}` });
  };
  await load('model.safetensors', task.module.namedVariables());
  await load('optimizer.safetensors', optimizer.namedVariables());
  if (average) await load('ema.safetensors', average.namedVariables());
  return structuredClone(checkpoint.state) as unknown as Progress;
}
