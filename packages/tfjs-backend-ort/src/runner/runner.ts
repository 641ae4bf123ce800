import type { ElementType, HostArray } from '../element-types.ts';

/** Where a session computes. */
export type Device = 'cpu' | 'webgpu' | 'cuda';

/** A tensor as the runtime sees it. It owns native memory, or holds the host array that the runtime reads and writes, until disposed. */
export interface RunnerTensor {
  /** Element type. */
  readonly type: ElementType;
  /** Dimensions. */
  readonly shape: readonly number[];
  /**
   * The elements on the host: for a tensor made by {@link Runner.wrap} the very array that was given, for one on a device a fresh copy.
   *
   * @throws OrtBackendError when it was disposed, or can't be read back
   */
  data(): HostArray;
  /** Gives it back, as soon as no run uses it. A second call does nothing. */
  dispose(): void;
}

/** Settings of {@link Runner.createSession}. */
export interface SessionOptions {
  /** Names of the graph's inputs, in the order in which runs give them. */
  inputs: readonly string[];
  /** Names of the graph's outputs, in the order in which runs take them. */
  outputs: readonly string[];
  /**
   * Outputs that stay on the device, by position, where the device has memory of its own: any type but int8. Default: none.
   */
  resident?: readonly boolean[];
  /** Threads inside an operator. */
  threads: number;
  /** Whether idle threads spin for work: faster, but takes cores from whatever runs beside. Default true. */
  spinning?: boolean;
  /** Prefix of the file that the runtime's own profiler writes when the session is disposed. Default: no profile. */
  profile?: string;
}

/** A graph that is ready to run. */
export interface RunnerSession {
  /**
   * Runs the graph and blocks until it has ended.
   *
   * @param inputs one for each input, in order
   * @param outputs one for each output, in order: a tensor from {@link Runner.wrap} to be filled, or nothing for one that the runner
   *   makes. After an error what those given hold is undefined
   * @returns the outputs, in order: those given, and those made
   * @throws OrtBackendError when the runtime reports an error, or a tensor is not what the graph takes
   */
  run(inputs: readonly RunnerTensor[], outputs: readonly (RunnerTensor | undefined)[]): RunnerTensor[];
  /** As {@link RunnerSession.run}, with the event loop free meanwhile where the runner can. */
  runAsync(inputs: readonly RunnerTensor[], outputs: readonly (RunnerTensor | undefined)[]): Promise<RunnerTensor[]>;
  /** Asks the runs under way to end early; they then fail with an error. Does nothing where the runner can't. */
  terminate(): void;
  /** Gives it back, as soon as no run uses it. */
  dispose(): void;
}

/** The way to ONNX Runtime: one implementation for each binding. */
export interface Runner {
  /** Which binding. */
  readonly name: 'native' | 'npm';
  /** Where its sessions compute. */
  readonly device: Device;
  /** What it runs on, in words. */
  readonly description: string;
  /** Whether outputs are filled in place, in arrays made by the caller; if not, the runner makes them, and one that is given takes a copy. */
  readonly fillsOutputs: boolean;
  /**
   * Loads a graph.
   *
   * @param model the bytes of an ONNX model
   * @throws OrtBackendError when the runtime refuses it
   */
  createSession(model: Uint8Array, options: SessionOptions): RunnerSession;
  /**
   * Makes a tensor over an array, without a copy where the device is the CPU.
   *
   * @throws OrtBackendError when the array's type or length does not fit
   */
  wrap(data: HostArray, type: ElementType, shape: readonly number[]): RunnerTensor;
  /** Gives everything back. */
  dispose(): void;
}
