import type * as tf from '@tensorflow/tfjs-core';

/** Tensors by name: what a step takes and what it gives. */
export type TensorRecord = Record<string, tf.Tensor>;

/** The engines this package can start. */
export type EngineName = 'tensorflow-gpu' | 'onnxruntime' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** What was found when an engine was tried. */
export interface EngineReport {
  /** Which engine. */
  name: EngineName;
  /** What it is, in words. */
  description: string;
  /** Whether it started. */
  available: boolean;
  /** Why not, or what it runs on. */
  detail: string;
  /** How to get it, where that can be said. */
  remedy?: string;
}

/** One way to run tensor code. A new engine is one file that exports one of these, and one line in `candidates.ts`. */
export interface EngineCandidate {
  /** Which engine. */
  readonly name: EngineName;
  /** What it is, in words. */
  readonly description: string;
  /** How to get it when it can't start. */
  readonly remedy?: string;
  /**
   * Makes it tfjs's current backend.
   *
   * @throws when it can't start; the message is the reason
   */
  start(): Promise<StartedEngine>;
}

/** What a candidate gives when it has started. */
export interface StartedEngine {
  /** What it runs on, in words. */
  detail: string;
  /** Prepares a step. Default: steps are run as they are, and what they leave behind is freed. */
  compile?: Engine['compile'];
}

/** A running engine. */
export interface Engine {
  /** Which engine. */
  readonly name: EngineName;
  /** What it runs on, in words. */
  readonly detail: string;
  /** The engines tried before this one, and why they were not taken. */
  readonly passedOver: readonly EngineReport[];
  /**
   * Prepares a step for being run many times. The step must be a pure function of its arguments and of the variables: whatever changes
   * from call to call comes in as an argument, because an engine may trace the step once and replay it. Its results belong to the
   * caller, who disposes them; everything else is freed.
   *
   * @param step what to run; it may assign to the variables
   * @param variables every variable the step reads or assigns
   */
  compile<A extends TensorRecord, R extends TensorRecord>(
    step: (args: A) => R,
    variables: Iterable<tf.Variable>,
  ): (args: A) => R;
}
