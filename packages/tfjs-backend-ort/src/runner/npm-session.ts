import { OrtBackendError } from '../errors.ts';
import { elementTypeOf, type GraphValue, pickValues } from './graph-value.ts';
import type { NpmInferenceSession, NpmMetadata, NpmTensor } from './npm-binding.ts';
import { npmSessionOptions } from './npm-options.ts';
import { type NpmContext, NpmRunnerTensor } from './npm-tensor.ts';
import type { Resource } from './resource.ts';
import type { Device, RunnerSession, RunnerTensor, SessionOptions } from './runner.ts';
import { checkCount, checkTensor } from './tensor-check.ts';

type Outputs = readonly (RunnerTensor | undefined)[];

/** A session of the npm binding. */
export class NpmSession implements RunnerSession {
  readonly #context: NpmContext;
  readonly #resource: Resource<NpmInferenceSession>;
  readonly #inputs: readonly GraphValue[];
  readonly #outputs: readonly GraphValue[];
  readonly #fetches: Record<string, null>;

  /**
   * @param context what the runner's objects share
   * @param options the bytes of the model, where it computes, and the settings
   * @throws OrtBackendError when the runtime refuses the model, or its inputs and outputs are others than listed
   */
  constructor(
    context: NpmContext,
    { model, device, options }: { model: Uint8Array; device: Device; options: SessionOptions },
  ) {
    const session = new context.binding.InferenceSession();
    const settings = npmSessionOptions(device, options);
    if (model.byteLength === 0) throw new OrtBackendError('createSession: the model has no bytes, got an empty array');
    guard('loadModel', () => session.loadModel(model.buffer, model.byteOffset, model.byteLength, settings));
    this.#context = context;
    this.#resource = context.resources.own(this, {
      value: session,
      what: 'session',
      release: (released) => {
        try {
          if (options.profile !== undefined) released.endProfiling();
        } finally {
          released.dispose();
        }
      },
    });
    try {
      const { inputMetadata, outputMetadata } = session;
      this.#inputs = pickValues(inputMetadata.map(graphValue), { role: 'input', names: options.inputs });
      this.#outputs = pickValues(outputMetadata.map(graphValue), { role: 'output', names: options.outputs });
    } catch (error) {
      this.#resource.dispose();
      throw error;
    }
    this.#fetches = Object.fromEntries(options.outputs.map((name) => [name, null]));
  }

  /** Runs the graph and blocks until it has ended. */
  run(inputs: readonly RunnerTensor[], outputs: Outputs): RunnerTensor[] {
    return this.#begin(inputs, outputs)();
  }

  /** Runs the graph on a later turn of the event loop, which it then blocks: the binding can do nothing else. */
  async runAsync(inputs: readonly RunnerTensor[], outputs: Outputs): Promise<RunnerTensor[]> {
    const proceed = this.#begin(inputs, outputs);
    await new Promise(setImmediate);
    return proceed();
  }

  /** Does nothing: while a run is under way nobody can ask. */
  terminate(): void {}

  /** Gives the session back, as soon as no run uses it. */
  dispose(): void {
    this.#resource.dispose();
  }

  /** Checks what a run is given, and keeps it until the run that is returned has ended. */
  #begin(inputs: readonly RunnerTensor[], outputs: Outputs): () => RunnerTensor[] {
    const session = this.#resource.value;
    checkCount('inputs', { expected: this.#inputs.length, got: inputs.length });
    checkCount('outputs', { expected: this.#outputs.length, got: outputs.length });
    const taken = inputs.map((tensor, index) => checked(tensor, 'input', this.#inputs[index]!));
    const filled = outputs.map((tensor, index) => tensor && checked(tensor, 'output', this.#outputs[index]!));
    const feeds = Object.fromEntries(taken.map(({ resource }, index) => [this.#inputs[index]!.name, resource.value]));
    const used = [
      this.#resource,
      ...taken.map(({ resource }) => resource),
      ...filled.map((tensor) => tensor?.resource),
    ];
    for (const resource of used) resource?.enter();
    return () => {
      try {
        const results = guard('run', () => session.run(feeds, this.#fetches, {}));
        return filled.map((tensor, index) => this.#result(results[this.#outputs[index]!.name]!, tensor));
      } finally {
        for (const resource of used) resource?.leave();
      }
    };
  }

  #result(result: NpmTensor, given: NpmRunnerTensor | undefined): RunnerTensor {
    const made = new NpmRunnerTensor(this.#context, result, this.#resource);
    if (!given) return made;
    (given.data() as Float32Array).set(made.data() as Float32Array);
    made.dispose();
    return given;
  }
}

/** Turns the binding's errors into this package's. */
function guard<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new OrtBackendError(`onnxruntime: ${what} failed, got ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function graphValue({ name, type, shape }: NpmMetadata): GraphValue {
  // A value without any shape reads like a scalar here, so nothing is known of either; the runtime checks them.
  return { name, type: elementTypeOf(type), shape: shape.length === 0 ? undefined : shape };
}

function checked(tensor: RunnerTensor, role: 'input' | 'output', value: GraphValue): NpmRunnerTensor {
  if (!(tensor instanceof NpmRunnerTensor)) {
    throw new OrtBackendError(`run: ${role} ${value.name} is no tensor of this runner, got ${tensor}; make it by wrap`);
  }
  checkTensor(role, { tensor, value });
  if (role === 'output' && tensor.resource.value.location !== 'cpu') {
    throw new OrtBackendError(
      `run: output ${value.name} is on the device, where nothing is filled in place; give none`,
    );
  }
  return tensor;
}
