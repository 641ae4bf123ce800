import { InputError } from '@masked-distill/base';
import type { Mix } from './mixing.ts';

/** Options of {@link softTargets}. */
export interface SoftTargetsOptions {
  /** Number of classes, C. */
  classes: number;
  /** Share of each target that is spread evenly over all classes (Szegedy et al. 2016). Default 0. */
  labelSmoothing?: number;
  /** What each sample was mixed with; see `drawMixes`. Default: nothing. */
  mixes?: readonly Mix[];
  /** Factor on each class's part of the loss, as PyTorch's `F.cross_entropy` has it for target distributions. Default: 1 for all. */
  classWeights?: ArrayLike<number>;
}

/**
 * Target distributions of labelled samples for `softmaxCrossEntropy`: smoothed, mixed as the samples were, weighted.
 *
 * @param labels class of each sample
 * @returns `[samples, C]`, row-major; without weights each row sums to 1
 * @throws InputError when a label is no class
 */
export function softTargets(
  labels: Int32Array,
  { classes, labelSmoothing = 0, mixes, classWeights }: SoftTargetsOptions,
): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(labelSmoothing / classes);
  labels.forEach((label, row) => {
    if (label < 0 || label >= classes) {
      throw new InputError(
        `softTargets: label ${label} of sample ${row} is not one of 0 to ${classes - 1}; label every sample`,
      );
    }
    const share = mixes?.[row]?.share ?? 1;
    targets[row * classes + label]! += (1 - labelSmoothing) * share;
    targets[row * classes + labels.at(-1 - row)!]! += (1 - labelSmoothing) * (1 - share);
  });
  return classWeights ? targets.map((value, i) => value * classWeights[i % classes]!) : targets;
}
