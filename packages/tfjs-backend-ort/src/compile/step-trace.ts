import type * as tf from '@tensorflow/tfjs-core';
import type { CanonicalGraph } from '../graph/canonicalise.ts';
import type { TensorRecord } from './tensor-record.ts';

/** Where a leaf of the recording comes from at each call; nothing for one that was captured. */
export type Source =
  | { readonly kind: 'argument'; readonly name: string }
  | { readonly kind: 'variable'; readonly index: number };

/** What a run of the step's code recorded. */
export interface StepTrace {
  /** What was recorded. */
  readonly recording: CanonicalGraph;
  /** Where each of its leaves comes from. */
  readonly sources: readonly (Source | undefined)[];
  /** The step's variables. */
  readonly variables: readonly tf.Variable[];
  /** For each of its outputs: the variable it is assigned to, or the result it is. */
  readonly targets: readonly ({ variable: tf.Variable } | { result: string; dtype: tf.DataType })[];
  /** The step's results, not computed. */
  readonly traced: TensorRecord;
  /** Puts everything back as it was before the step's code ran. */
  undo(): void;
}
