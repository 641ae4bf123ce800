import type * as tf from '@tensorflow/tfjs-core';

/** Tensors by name: what a step takes and what it gives. */
export type TensorRecord = Record<string, tf.Tensor>;

/** The engines this package can start. */
export type EngineName = 'tensorflow-gpu' | 'onnxruntime' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** Where an engine computes: the processor, any GPU through WebGPU, or an NVIDIA card through CUDA. */
export type EngineDevice = 'cpu' | 'webgpu' | 'cuda';

/** What a candidate is started with. */
export interface EngineSettings {
  /** A device by name, one of the candidate's; or 'auto' for the one that suits best. */
  readonly device: EngineDevice | 'auto';
  /** Threads of the processor, for an engine that lets itself be told. Default: as it sees fit. */
  readonly threads?: number;
}

/** A device that an engine has, and does not run on. */
export interface DeviceReport {
  /** Which device. */
  device: EngineDevice;
  /** Why not. */
  detail: string;
  /** How to get it, where that can be said. */
  remedy?: string;
}

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
  /** What it runs on; absent where it did not start. */
  device?: EngineDevice;
  /** The devices that it could have taken and did not. */
  devices?: readonly DeviceReport[];
  /** What else one should know, a line each: something that stands in for something better. */
  notes?: readonly string[];
}

/** One way to run tensor code. A new engine is one file that exports one of these, and one line in `candidates.ts`. */
export interface EngineCandidate {
  /** Which engine. */
  readonly name: EngineName;
  /** What it is, in words. */
  readonly description: string;
  /** How to get it when it can't start. */
  readonly remedy?: string;
  /** Where it can compute. */
  readonly devices: readonly EngineDevice[];
  /**
   * Makes it tfjs's current backend.
   *
   * @throws when it can't start; the message is the reason, and a {@link NotStarted} brings a way out of its own
   */
  start(settings: EngineSettings): Promise<StartedEngine>;
}

/** Options of {@link Engine.freeze}. */
export interface FreezeOptions {
  /** Number format of the matrix products that read what is frozen; int8 trades a few per cent of accuracy for speed. Default 'float32'. */
  readonly precision?: 'float32' | 'int8';
  /** Computes features with what is frozen, to measure what the number format does to them. */
  readonly probe?: () => tf.Tensor;
}

/** What {@link Engine.freeze} found. */
export interface FrozenReport {
  /** How far the probe's features moved, as a share of their norm; absent without a probe. */
  readonly featureError?: number;
}

/** What a candidate gives when it has started. */
export interface StartedEngine {
  /** What it runs on, in words. */
  detail: string;
  /** Which of its devices. Default: the candidate's first. */
  device?: EngineDevice;
  /** The devices that it could have taken and did not. Default: none. */
  devices?: readonly DeviceReport[];
  /** What else one should know, a line each. Default: nothing. */
  notes?: readonly string[];
  /** Prepares a step. Default: steps are run as they are, and what they leave behind is freed. */
  compile?: Engine['compile'];
  /** Prepares variables that never change. Default: the engine can't. */
  freeze?: Engine['freeze'];
}

/** A running engine. */
export interface Engine {
  /** Which engine. */
  readonly name: EngineName;
  /** What it runs on, in words. */
  readonly detail: string;
  /** Where it computes. */
  readonly device: EngineDevice;
  /** The devices that it could have taken and did not, and why. */
  readonly devices: readonly DeviceReport[];
  /** What else one should know, a line each: something that stands in for something better. */
  readonly notes: readonly string[];
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
  /**
   * Prepares float32 variables that are only read from here on, such as a teacher's, for being read fast. Absent where the engine has no
   * way to.
   */
  readonly freeze?: (variables: Iterable<tf.Variable>, options?: FreezeOptions) => Promise<FrozenReport>;
}
