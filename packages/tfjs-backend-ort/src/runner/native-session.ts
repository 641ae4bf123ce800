import { OrtBackendError } from '../errors.ts';
import { type GraphValue, pickValues } from './graph-value.ts';
import { describeValues, nameTable } from './native-graph.ts';
import { createNativeSession } from './native-options.ts';
import { NativeTensor } from './native-tensor.ts';
import { takeValue } from './native-value.ts';
import { fixedBytes, type NativeArgument, type NativeContext, type OrtApi } from './ort-api.ts';
import type { Resource } from './resource.ts';
import type { RunnerSession, RunnerTensor, SessionOptions } from './runner.ts';
import { checkCount, checkTensor } from './tensor-check.ts';

// Below this the stack of another thread is too short for the runtime's kernels.
const LEAST_STACK = 1 << 20;

/** What one run needs for itself. Between runs it is kept for the next. */
interface Slot {
  options: bigint;
  inputs: BigUint64Array;
  outputs: BigUint64Array;
  terminated: boolean;
}

/** A run under way, with all that must stay until it has ended. */
interface Run {
  slot: Slot;
  inputs: readonly NativeTensor[];
  outputs: readonly (NativeTensor | undefined)[];
}

/** A session of the runtime's C API. */
export class NativeSession implements RunnerSession {
  /** The OrtSession. */
  readonly handle: Resource<bigint>;
  readonly #context: NativeContext;
  readonly #api: OrtApi;
  readonly #inputs: readonly GraphValue[];
  readonly #outputs: readonly GraphValue[];
  readonly #inputNames: ReturnType<typeof nameTable>;
  readonly #outputNames: ReturnType<typeof nameTable>;
  // Shared with the handle, which gives the run options back.
  readonly #idle: Slot[];
  readonly #running = new Set<Run>();

  /**
   * @param context what the runner's objects share
   * @param options the bytes of the model, and the settings
   * @throws OrtBackendError when the runtime refuses the model, or its inputs and outputs are others than listed
   */
  constructor(context: NativeContext, { model, options }: { model: Uint8Array; options: SessionOptions }) {
    const { api, resources } = context;
    const session = createNativeSession(api, { model, options });
    const idle: Slot[] = [];
    const profiled = options.profile !== undefined;
    this.handle = resources.own(this, {
      value: session,
      what: 'session',
      release: (pointer) => {
        for (const slot of idle.splice(0)) api.ReleaseRunOptions(slot.options);
        try {
          if (profiled) api.AllocatorFree(api.allocator, api.get('SessionEndProfiling', pointer, api.allocator));
        } finally {
          api.ReleaseSession(pointer);
        }
      },
    });
    try {
      this.#inputs = pickValues(describeValues(api, { session, role: 'Input' }), {
        role: 'input',
        names: options.inputs,
      });
      this.#outputs = pickValues(describeValues(api, { session, role: 'Output' }), {
        role: 'output',
        names: options.outputs,
      });
    } catch (error) {
      this.handle.dispose();
      throw error;
    }
    this.#context = context;
    this.#api = api;
    this.#idle = idle;
    this.#inputNames = nameTable(api, options.inputs);
    this.#outputNames = nameTable(api, options.outputs);
  }

  /** Runs the graph and blocks until it has ended. */
  run(inputs: readonly RunnerTensor[], outputs: readonly (RunnerTensor | undefined)[]): RunnerTensor[] {
    const run = this.#begin(inputs, outputs);
    try {
      this.#api.Run(...this.#arguments(run));
      return this.#results(run);
    } finally {
      this.#end(run);
    }
  }

  /** Runs the graph on another thread; where those have too little stack, on this one, at a later turn of the event loop. */
  async runAsync(
    inputs: readonly RunnerTensor[],
    outputs: readonly (RunnerTensor | undefined)[],
  ): Promise<RunnerTensor[]> {
    // koffi's callback leads here, so all that the run uses stays although nobody else may hold it.
    const run = this.#begin(inputs, outputs);
    try {
      if (this.#api.asyncStack >= LEAST_STACK) {
        await this.#api.runAsync(...this.#arguments(run));
      } else {
        await new Promise(setImmediate);
        this.#api.Run(...this.#arguments(run));
      }
      return this.#results(run);
    } finally {
      this.#end(run);
    }
  }

  /** Ends the runs under way with an error. */
  terminate(): void {
    for (const { slot } of this.#running) {
      slot.terminated = true;
      this.#api.RunOptionsSetTerminate(slot.options);
    }
  }

  /** Gives the session back, as soon as no run uses it. */
  dispose(): void {
    this.handle.dispose();
  }

  #begin(inputs: readonly RunnerTensor[], outputs: readonly (RunnerTensor | undefined)[]): Run {
    void this.handle.value;
    checkCount('inputs', { expected: this.#inputs.length, got: inputs.length });
    checkCount('outputs', { expected: this.#outputs.length, got: outputs.length });
    const slot = this.#idle.pop() ?? this.#createSlot();
    try {
      for (let index = 0; index < inputs.length; index++) {
        slot.inputs[index] = pointerOf(inputs[index], 'input', this.#inputs[index]!);
      }
      for (let index = 0; index < outputs.length; index++) {
        const tensor = outputs[index];
        slot.outputs[index] = tensor === undefined ? 0n : pointerOf(tensor, 'output', this.#outputs[index]!);
      }
    } catch (error) {
      this.#idle.push(slot);
      throw error;
    }
    // Copies, as the caller may reuse its lists while the run is under way.
    const run = { slot, inputs: [...inputs] as NativeTensor[], outputs: [...outputs] as (NativeTensor | undefined)[] };
    this.handle.enter();
    for (const tensor of run.inputs) tensor.handle.enter();
    for (const tensor of run.outputs) tensor?.handle.enter();
    this.#running.add(run);
    return run;
  }

  #arguments({ slot }: Run): NativeArgument[] {
    return [
      this.handle.value,
      slot.options,
      this.#inputNames.pointers,
      slot.inputs,
      this.#inputs.length,
      this.#outputNames.pointers,
      this.#outputs.length,
      slot.outputs,
    ];
  }

  #results({ slot, outputs }: Run): RunnerTensor[] {
    return outputs.map((tensor, index) => tensor ?? takeValue(this.#context, slot.outputs[index]!));
  }

  #end(run: Run): void {
    this.#running.delete(run);
    const { slot } = run;
    if (slot.terminated) this.#api.RunOptionsUnsetTerminate(slot.options);
    slot.terminated = false;
    this.#idle.push(slot);
    for (const tensor of run.inputs) tensor.handle.leave();
    for (const tensor of run.outputs) tensor?.handle.leave();
    this.handle.leave();
  }

  #createSlot(): Slot {
    return {
      options: this.#api.get('CreateRunOptions'),
      inputs: new BigUint64Array(fixedBytes(8 * this.#inputs.length)),
      outputs: new BigUint64Array(fixedBytes(8 * this.#outputs.length)),
      terminated: false,
    };
  }
}

function pointerOf(tensor: RunnerTensor | undefined, role: 'input' | 'output', value: GraphValue): bigint {
  if (!(tensor instanceof NativeTensor)) {
    throw new OrtBackendError(`run: ${role} ${value.name} is no tensor of this runner, got ${tensor}; make it by wrap`);
  }
  checkTensor(role, { tensor, value });
  return tensor.pointer;
}
