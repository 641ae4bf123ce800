// A linear classifier on frozen features trained by gradient steps, as papers do it: batch norm without affine parameters, then a linear
// layer, SGD or LARS with momentum, a cosine schedule without weight decay. All learning rates of a sweep are trained side by side in one
// pass over the features. Departs from MAE's protocol in that features are computed once (no augmentation), and are standardised by the
// statistics of the whole training set, to which batch norm's running ones converge.
import { createRng, InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';
import { checkFeatureSets, type FeatureSets, type LabelledFeatures } from '../labelled-features.ts';
import { topKAccuracy } from '../metrics/top-k-accuracy.ts';
import { holdOut } from './hold-out.ts';
import { classesOf, indexed, take } from './known-classes.ts';
import { type FeatureStatistics, featureStatistics, standardize } from './standardize.ts';

/** Options of {@link sgdProbe}. */
export interface SgdProbeOptions {
  /** 'sgd', or 'lars' (You et al. 2017) with trust coefficient 0.001, as MAE. Default 'sgd'. */
  optimizer?: 'sgd' | 'lars';
  /** Learning rates, each scaled by `batchSize` / 256. Default nine from 1e-3 to 10; of LARS seven from 0.1 to 100. */
  learningRates?: readonly number[];
  /** Passes over the training samples. Default 90, MAE's. */
  epochs?: number;
  /** Of these the learning rate rises from 0. Default 10, MAE's. */
  warmupEpochs?: number;
  /** Samples in a step. Default 1024, at most the training samples. */
  batchSize?: number;
  /** Default 0.9. */
  momentum?: number;
  /** Share of each class of `train` that chooses the learning rate. Default 0.2. */
  heldOutShare?: number;
  /** Names which samples are held out, the order of the others, and the initial weights. Default 0. */
  seed?: number;
}

/** What {@link sgdProbe} found. */
export interface SgdProbeResult {
  /** Share of test samples classified rightly. */
  top1: number;
  /** Share of test samples whose class is among the five likeliest. */
  top5: number;
  /** The learning rate chosen. */
  learningRate: number;
  /** Share of the held-out samples classified rightly, by learning rate; empty where there was one alone. */
  sweep: {
    /** The learning rate. */ learningRate: number;
    /** Share classified rightly. */ accuracy: number;
  }[];
}

const DEFAULT_RATES = {
  sgd: [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10],
  lars: [0.1, 0.3, 1, 3, 10, 30, 100],
} as const;

/** MAE's initial deviation of the weights, and LARS's trust coefficient. */
const INITIAL_DEVIATION = 0.01;
const TRUST = 1e-3;

/**
 * Accuracy of a linear classifier on frozen features, trained as papers train it. The learning rate that does best on a part of `train` held
 * out (of equals the smallest) is trained again on all of `train`; the test samples are looked at once, at the end. `linearProbe` has no
 * learning rate to choose and is the better measure; this one is for comparison with published protocols.
 *
 * @throws InputError as `linearProbe` does
 */
export async function sgdProbe(
  sets: FeatureSets,
  {
    optimizer = 'sgd',
    learningRates = DEFAULT_RATES[optimizer],
    heldOutShare = 0.2,
    seed = 0,
    ...options
  }: SgdProbeOptions = {},
): Promise<SgdProbeResult> {
  const width = checkFeatureSets(sets, 'sgdProbe');
  if (learningRates.length === 0 || learningRates.some((rate) => !(rate > 0))) {
    throw new InputError(`sgdProbe: learningRates is [${learningRates}]; give numbers above 0`);
  }
  const classes = classesOf(sets, 'sgdProbe');
  const train = { features: sets.train.features, labels: indexed(sets.train.labels, classes) };
  const test = { features: sets.test.features, labels: indexed(sets.test.labels, classes) };
  const settings = { ...options, optimizer, seed, width, classes: classes.size };

  let sweep: SgdProbeResult['sweep'] = [];
  if (learningRates.length > 1) {
    const { fit, held } = holdOut(train.labels, { share: heldOutShare, seed });
    if (held.length === 0) {
      throw new InputError(
        'sgdProbe: every class of train has one sample, so that none can be held out; give more, or one learning rate',
      );
    }
    const parts = { train: take(train, fit, width), test: take(train, held, width) };
    const judged = await trainAndJudge(parts, { ...settings, learningRates, ks: [1] });
    sweep = learningRates.map((learningRate, i) => ({ learningRate, accuracy: judged[i]![0]! }));
  }
  const learningRate =
    sweep.length === 0 ? learningRates[0]! : sweep.reduce((a, b) => (b.accuracy > a.accuracy ? b : a)).learningRate;
  const [judged] = await trainAndJudge({ train, test }, { ...settings, learningRates: [learningRate], ks: [1, 5] });
  const [top1, top5] = judged as [number, number];
  return { top1, top5, learningRate, sweep };
}

interface TrainOptions extends Omit<SgdProbeOptions, 'heldOutShare'> {
  readonly optimizer: 'sgd' | 'lars';
  readonly learningRates: readonly number[];
  readonly seed: number;
  readonly classes: number;
  readonly width: number;
  readonly ks: readonly number[];
}

/** Weights of all fits, `[S, D, C]` and their momentum; the last row of D is the bias. */
type State = { weights: tf.Tensor3D; velocity: tf.Tensor3D };

/** Trains a classifier for each learning rate, and gives for each the top-k accuracies on `test`. */
async function trainAndJudge({ train, test }: FeatureSets, options: TrainOptions): Promise<number[][]> {
  const { learningRates, optimizer, classes, width, seed, ks } = options;
  const { epochs = 90, warmupEpochs = 10, momentum = 0.9 } = options;
  const statistics = featureStatistics(train.features, width);
  const count = train.labels.length;
  const batchSize = Math.min(options.batchSize ?? 1024, count);
  const steps = Math.floor(count / batchSize);
  const inputs = inputsOf(train, statistics);
  const rates = tf.tensor3d(
    Array.from(learningRates, (rate) => (rate * batchSize) / 256),
    [learningRates.length, 1, 1],
  );
  let state: State = initialState({ fits: learningRates.length, width, classes, seed });
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = createRng(seed, 'sgd probe', epoch).permutation(count);
      for (let i = 0; i < steps; i++) {
        const samples = order.subarray(i * batchSize, (i + 1) * batchSize);
        const scale = scheduleAt(epoch + i / steps, { epochs, warmupEpochs });
        const next = tf.tidy(() => {
          const x = tf.gather(inputs, tf.tensor1d(samples, 'int32')) as tf.Tensor2D;
          const gradient = gradientOf(x, { state, targets: oneHot(train.labels, samples, classes) });
          const trusted = optimizer === 'lars' ? tf.mul(gradient, trustOf(state.weights, gradient)) : gradient;
          const velocity = tf.add(tf.mul(state.velocity, momentum), trusted) as tf.Tensor3D;
          return { velocity, weights: tf.sub(state.weights, tf.mul(velocity, tf.mul(rates, scale))) as tf.Tensor3D };
        });
        tf.dispose([state.weights, state.velocity]);
        state = next;
      }
    }
    return await judge(state.weights, { test, statistics, ks });
  } finally {
    tf.dispose([inputs, rates, state.weights, state.velocity]);
  }
}

function initialState({
  fits,
  width,
  classes,
  seed,
}: {
  fits: number;
  width: number;
  classes: number;
  seed: number;
}): State {
  const rng = createRng(seed, 'sgd probe', 'init');
  const one = Array.from({ length: (width + 1) * classes }, (_, i) =>
    i < width * classes ? INITIAL_DEVIATION * rng.normal() : 0,
  );
  const shape: [number, number, number] = [fits, width + 1, classes];
  return {
    weights: tf.tidy(() => tf.tile(tf.tensor3d(one, [1, width + 1, classes]), [fits, 1, 1])),
    velocity: tf.zeros(shape),
  };
}

/** The learning rate's share at a place in training: a rise from 0, then half a cosine to 0. */
export function scheduleAt(epoch: number, { epochs, warmupEpochs }: { epochs: number; warmupEpochs: number }): number {
  if (epoch < warmupEpochs) return epoch / warmupEpochs;
  return 0.5 * (1 + Math.cos((Math.PI * (epoch - warmupEpochs)) / (epochs - warmupEpochs)));
}

/** Of the mean cross-entropy, `[S, D, C]`. */
function gradientOf(x: tf.Tensor2D, { state, targets }: { state: State; targets: tf.Tensor3D }): tf.Tensor3D {
  const [fits, width, classes] = state.weights.shape;
  const columns = tf.reshape(tf.transpose(state.weights, [1, 0, 2]), [width, fits * classes]);
  const scores = tf.reshape(tf.matMul(x, columns), [-1, fits, classes]); // [B, S, C]
  const errors = tf.div(tf.sub(tf.softmax(scores), targets), x.shape[0]);
  const gradient = tf.matMul(x, tf.reshape(errors, [-1, fits * classes]), true, false); // [D, S·C]
  return tf.transpose(tf.reshape(gradient, [width, fits, classes]), [1, 0, 2]);
}

/** LARS's factor of each fit's weights, ‖w‖ / ‖g‖ times the trust coefficient; the bias goes without, as in MAE. `[S, D, 1]` */
function trustOf(weights: tf.Tensor3D, gradient: tf.Tensor3D): tf.Tensor {
  const [fits, width, classes] = weights.shape;
  const lengthOf = (all: tf.Tensor3D) =>
    tf.norm(tf.reshape(tf.slice(all, [0, 0, 0], [fits, width - 1, classes]), [fits, -1]), 2, 1); // [S]
  const [w, g] = [lengthOf(weights), lengthOf(gradient)];
  const isBoth = tf.logicalAnd(tf.greater(w, 0), tf.greater(g, 0));
  const factor = tf.where(isBoth, tf.div(tf.mul(w, TRUST), tf.maximum(g, 1e-30)), tf.onesLike(w));
  const ofWeights = tf.tile(tf.reshape(factor, [fits, 1, 1]), [1, width - 1, 1]);
  return tf.concat([ofWeights, tf.ones([fits, 1, 1])], 1);
}

function oneHot(labels: Int32Array, samples: Int32Array, classes: number): tf.Tensor3D {
  const values = new Float32Array(samples.length * classes);
  for (const [row, sample] of samples.entries()) values[row * classes + labels[sample]!] = 1;
  return tf.tensor3d(values, [samples.length, 1, classes]);
}

async function judge(
  weights: tf.Tensor3D,
  { test, statistics, ks }: { test: LabelledFeatures; statistics: FeatureStatistics; ks: readonly number[] },
): Promise<number[][]> {
  const perFit = tf.tidy(() => {
    const inputs = inputsOf(test, statistics);
    return tf.unstack(weights).map((own) => tf.matMul(inputs, own as tf.Tensor2D));
  });
  const judged: number[][] = [];
  for (const logits of perFit) {
    judged.push(topKAccuracy((await logits.data()) as Float32Array, test.labels, { ks }));
    logits.dispose();
  }
  return judged;
}

function inputsOf({ features }: LabelledFeatures, statistics: FeatureStatistics): tf.Tensor2D {
  const width = statistics.mean.length + 1;
  const values = standardize(features, statistics);
  return tf.tensor2d(values, [values.length / width, width]);
}
