import { InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';
import { checkFeatureSets, type FeatureSets } from '../labelled-features.ts';
import { topKAccuracy } from '../metrics/top-k-accuracy.ts';
import { holdOut } from './hold-out.ts';
import { classesOf, indexed, take } from './known-classes.ts';
import { fitSoftmaxRegression } from './softmax-regression.ts';
import { type FeatureStatistics, featureStatistics, standardize } from './standardize.ts';

/** Options of {@link linearProbe}. */
export interface LinearProbeOptions {
  /** λ of the penalty ½λ‖W‖² beside the mean cross-entropy; the best by the held-out samples is taken. Default 1e-5 to 1, eleven. */
  weightDecays?: readonly number[];
  /** Share of each class of `train` that chooses the weight decay. Default 0.2. */
  heldOutShare?: number;
  /** Names which samples are held out. Default 0. */
  seed?: number;
  /** Most steps of the optimiser for each fit. Default 500. */
  maxSteps?: number;
  /** A fit ends when the loss can't fall by more than about this in a step. Default 1e-8. */
  tolerance?: number;
}

/** How good one weight decay was. */
export interface WeightDecayResult {
  /** The weight decay. */
  weightDecay: number;
  /** Share of the held-out samples that it classified rightly. */
  accuracy: number;
}

/** What {@link linearProbe} found. */
export interface LinearProbeResult {
  /** Share of test samples classified rightly. */
  top1: number;
  /** Share of test samples whose class is among the five likeliest. */
  top5: number;
  /** The weight decay chosen. */
  weightDecay: number;
  /** Every weight decay on the held-out samples, in the order given; empty where there was one alone. */
  sweep: WeightDecayResult[];
  /** Steps that the final fit took. */
  steps: number;
}

const DEFAULT_WEIGHT_DECAYS = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1];

/**
 * Accuracy of a linear classifier on frozen features. As in MAE's protocol the features are standardised by batch norm without affine
 * parameters, and a linear layer is trained on them with cross-entropy. Ours: it is trained to the optimum, with every weight decay of a
 * sweep at once; the one that does best on a part of `train` held out (of equals the largest) is trained again on all of `train`. The
 * test samples are looked at once, at the end.
 *
 * @example
 * ```ts
 * const { top1, weightDecay } = await linearProbe({ train, test }, { seed: 0 });
 * ```
 * @throws InputError when there is nothing to compare, a sample has no label (a negative one), `train` has one class alone, a class is in
 * `test` alone, or no sample can be held out
 */
export async function linearProbe(
  sets: FeatureSets,
  {
    weightDecays = DEFAULT_WEIGHT_DECAYS,
    heldOutShare = 0.2,
    seed = 0,
    maxSteps = 500,
    tolerance = 1e-8,
  }: LinearProbeOptions = {},
): Promise<LinearProbeResult> {
  const width = checkFeatureSets(sets, 'linearProbe');
  if (weightDecays.length === 0 || weightDecays.some((value) => !(value >= 0))) {
    throw new InputError(`linearProbe: weightDecays is [${weightDecays}]; give numbers of at least 0`);
  }
  const classes = classesOf(sets, 'linearProbe');
  const train = { features: sets.train.features, labels: indexed(sets.train.labels, classes) };
  const test = { features: sets.test.features, labels: indexed(sets.test.labels, classes) };
  const settings = { classes: classes.size, width, maxSteps, tolerance };

  let sweep: WeightDecayResult[] = [];
  if (weightDecays.length > 1) {
    const { fit, held } = holdOut(train.labels, { share: heldOutShare, seed });
    if (held.length === 0) {
      throw new InputError(
        'linearProbe: every class of train has one sample, so that none can be held out; give more, or one weight decay',
      );
    }
    const { judged } = await fitAndJudge(
      { train: take(train, fit, width), test: take(train, held, width) },
      { ...settings, weightDecays, ks: [1] },
    );
    sweep = weightDecays.map((weightDecay, i) => ({ weightDecay, accuracy: judged[i]![0]! }));
  }
  const best = sweep.reduce((a, b) => (isBetter(b, a) ? b : a), sweep[0]!);
  const weightDecay = best?.weightDecay ?? weightDecays[0]!;
  const { judged, steps } = await fitAndJudge(
    { train, test },
    { ...settings, weightDecays: [weightDecay], ks: [1, 5] },
  );
  const [top1, top5] = judged[0]! as [number, number];
  return { top1, top5, weightDecay, sweep, steps };
}

const isBetter = (a: WeightDecayResult, b: WeightDecayResult) =>
  a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.weightDecay > b.weightDecay);

interface FitAndJudgeOptions {
  readonly weightDecays: readonly number[];
  readonly ks: readonly number[];
  readonly classes: number;
  readonly width: number;
  readonly maxSteps: number;
  readonly tolerance: number;
}

/** Fits on `train` and gives, for each weight decay, the top-k accuracies on `test`. */
async function fitAndJudge(
  { train, test }: FeatureSets,
  { ks, width, classes, ...options }: FitAndJudgeOptions,
): Promise<{ judged: number[][]; steps: number }> {
  const statistics = featureStatistics(train.features, width);
  const inputs = inputsOf(train.features, statistics);
  const unseen = inputsOf(test.features, statistics);
  try {
    const { weights, steps } = await fitSoftmaxRegression(inputs, { ...options, classes, labels: train.labels });
    const perFit = tf.tidy(() => tf.unstack(weights).map((own) => tf.matMul(unseen, own as tf.Tensor2D)));
    weights.dispose();
    const judged: number[][] = [];
    for (const logits of perFit) {
      judged.push(topKAccuracy((await logits.data()) as Float32Array, test.labels, { ks }));
      logits.dispose();
    }
    return { judged, steps };
  } finally {
    tf.dispose([inputs, unseen]);
  }
}

function inputsOf(features: Float32Array, statistics: FeatureStatistics): tf.Tensor2D {
  const width = statistics.mean.length + 1;
  const values = standardize(features, statistics);
  return tf.tensor2d(values, [values.length / width, width]);
}
