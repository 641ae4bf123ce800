// Softmax regression for several weight decays at once: one product of the features with all weights side by side. The objective is
// convex, so there is no learning rate to choose: each step minimises a quadratic that lies above it everywhere (Böhning 1992: the
// Hessian is at most ½·XᵀX/n ⊗ I), from a point extrapolated by Nesterov's momentum, which starts anew where it leads uphill
// (O'Donoghue and Candès 2015). Correlated features slow it no more than independent ones.
import * as tf from '@tensorflow/tfjs-core';
import { invertPositive } from './invert-positive.ts';

/** What {@link fitSoftmaxRegression} fits. */
export interface SoftmaxRegressionOptions {
  /** Index of each sample's class. */
  readonly labels: Int32Array;
  /** Number of classes, C. */
  readonly classes: number;
  /** λ of the penalty ½λ‖W‖² beside the mean cross-entropy, one for each fit; S of them. The bias is not penalised. */
  readonly weightDecays: readonly number[];
  /** Most steps taken. */
  readonly maxSteps: number;
  /** Stops when no fit can gain more than about this in its next step. */
  readonly tolerance: number;
}

/** What {@link fitSoftmaxRegression} found. */
export interface SoftmaxRegressionFit {
  /** `[S, D, C]` */
  readonly weights: tf.Tensor3D;
  /** Steps taken. */
  readonly steps: number;
}

/** Steps between two looks at what is left to gain. */
const LOOK_EVERY = 20;

/** Added to the bound's diagonal: float32 knows the products of the features no better. */
const JITTER = 1e-5;

/** Scores computed at once, so that memory does not grow with the number of samples. */
const MAX_SCORES = 2 ** 24;

/**
 * Fits one linear classifier for each weight decay.
 *
 * @param inputs `[n, D]`, the last column all ones
 */
export async function fitSoftmaxRegression(
  inputs: tf.Tensor2D,
  options: SoftmaxRegressionOptions,
): Promise<SoftmaxRegressionFit> {
  const { weightDecays, classes, maxSteps, tolerance } = options;
  const width = inputs.shape[1];
  const inverses = await boundInverses(inputs, weightDecays);
  const parts = splitSamples(inputs, options);
  const penalties = tf.tidy(() => penaltyOf(weightDecays, width));
  let state: State = tf.tidy(() => ({
    weights: tf.zeros([weightDecays.length, width, classes]),
    lookAhead: tf.zeros([weightDecays.length, width, classes]),
    momentum: tf.ones([weightDecays.length, 1, 1]),
  }));
  let steps = 0;
  try {
    while (steps < maxSteps) {
      const { gain, ...next } = tf.tidy(() => step(state, { parts, penalties, inverses, samples: inputs.shape[0] }));
      tf.dispose(Object.values(state));
      state = next;
      steps++;
      const isLook = steps % LOOK_EVERY === 0;
      const left = isLook ? (await gain.data())[0]! : Number.POSITIVE_INFINITY;
      gain.dispose();
      if (left < tolerance) break;
    }
  } finally {
    tf.dispose([inverses, penalties, state.lookAhead, state.momentum, ...parts.flatMap(Object.values)]);
  }
  return { weights: state.weights, steps };
}

/** A type, so that its values are tensors by name. */
type State = { weights: tf.Tensor3D; lookAhead: tf.Tensor3D; momentum: tf.Tensor };

/** Some samples: inputs `[m, D]`, one-hot targets `[m, 1, C]`. */
type Part = { inputs: tf.Tensor2D; targets: tf.Tensor3D };

interface Problem {
  readonly parts: readonly Part[];
  readonly penalties: tf.Tensor;
  readonly inverses: tf.Tensor3D;
  readonly samples: number;
}

function step({ weights, lookAhead, momentum }: State, { parts, penalties, inverses, samples }: Problem) {
  const [fits, width, classes] = lookAhead.shape;
  const columns = tf.reshape(tf.transpose(lookAhead, [1, 0, 2]), [width, fits * classes]);
  const gradients = parts.map(({ inputs, targets }) => {
    const scores = tf.reshape(tf.matMul(inputs, columns), [-1, fits, classes]); // [m, S, C]
    const errors = tf.sub(tf.softmax(scores), targets);
    return tf.matMul(inputs, tf.reshape(errors, [-1, fits * classes]), true, false); // [D, S·C]
  });
  const dataGradient = tf.transpose(tf.reshape(tf.addN(gradients), [width, fits, classes]), [1, 0, 2]);
  const gradient = tf.add(tf.div(dataGradient, samples), tf.mul(penalties, lookAhead)); // [S, D, C]

  const direction = tf.matMul(inverses, gradient);
  const next = tf.sub(lookAhead, direction) as tf.Tensor3D;
  const move = tf.sub(next, weights);
  const isUphill = tf.greater(tf.sum(tf.mul(gradient, move), [1, 2], true), 0);
  const grown = tf.mul(0.5, tf.add(1, tf.sqrt(tf.add(1, tf.mul(4, tf.square(momentum))))));
  const pull = tf.div(tf.sub(momentum, 1), grown);
  return {
    weights: next,
    lookAhead: tf.add(next, tf.mul(tf.where(isUphill, tf.zerosLike(pull), pull), move)) as tf.Tensor3D,
    momentum: tf.where(isUphill, tf.onesLike(grown), grown),
    gain: tf.max(tf.mul(0.5, tf.sum(tf.mul(gradient, direction), [1, 2]))),
  };
}

/** The inverse of ½·XᵀX/n + λ for each λ: `[S, D, D]`. */
async function boundInverses(inputs: tf.Tensor2D, weightDecays: readonly number[]): Promise<tf.Tensor3D> {
  const [samples, width] = inputs.shape;
  const products = tf.tidy(() => tf.div(tf.matMul(inputs, inputs, true, false), 2 * samples));
  const bound = Float64Array.from(await products.data());
  products.dispose();
  const all = new Float32Array(weightDecays.length * width * width);
  weightDecays.forEach((weightDecay, s) => {
    const matrix = bound.slice();
    for (let i = 0; i < width; i++) matrix[i * (width + 1)]! += JITTER + (i < width - 1 ? weightDecay : 0);
    all.set(invertPositive(matrix, width), s * width * width);
  });
  return tf.tensor3d(all, [weightDecays.length, width, width]);
}

function splitSamples(inputs: tf.Tensor2D, { labels, classes, weightDecays }: SoftmaxRegressionOptions): Part[] {
  const [samples, width] = inputs.shape;
  const size = Math.max(1, Math.floor(MAX_SCORES / (classes * weightDecays.length)));
  return Array.from({ length: Math.ceil(samples / size) }, (_, i) => {
    const count = Math.min(size, samples - i * size);
    const oneHot = new Float32Array(count * classes);
    for (let row = 0; row < count; row++) oneHot[row * classes + labels[i * size + row]!] = 1;
    return {
      inputs: tf.slice(inputs, [i * size, 0], [count, width]),
      targets: tf.tensor3d(oneHot, [count, 1, classes]),
    };
  });
}

/** λ for each fit and column, none for the bias: `[S, D, 1]`. */
function penaltyOf(weightDecays: readonly number[], width: number): tf.Tensor {
  const isWeight = tf.tensor3d(
    Array.from({ length: width }, (_, i) => Number(i < width - 1)),
    [1, width, 1],
  );
  return tf.mul(tf.tensor3d(weightDecays as number[], [weightDecays.length, 1, 1]), isWeight);
}
