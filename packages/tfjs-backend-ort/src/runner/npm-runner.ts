import type { ElementType, HostArray } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import { loadNpmBinding, type NpmBinding } from './npm-binding.ts';
import { ReadBack } from './npm-read-back.ts';
import { NpmSession } from './npm-session.ts';
import { type NpmContext, NpmRunnerTensor } from './npm-tensor.ts';
import { Resources } from './resource.ts';
import type { Device, Runner, RunnerSession, RunnerTensor, SessionOptions } from './runner.ts';
import { checkArray } from './tensor-check.ts';

/**
 * ONNX Runtime through its npm binding: GPUs, and the CPU where the C API can't be reached. Each result is a copy, and the event loop is
 * blocked during a run.
 */
export class NpmRunner implements Runner {
  /** Which binding. */
  readonly name = 'npm';
  /** Where its sessions compute. */
  readonly device: Device;
  /** What it runs on, in words. */
  readonly description: string;
  /** Outputs are made by the runner; one that is given takes a copy. */
  readonly fillsOutputs = false;
  readonly #context: NpmContext;
  readonly #readBack: ReadBack;
  #disposed = false;

  /**
   * @param options where its sessions compute; default 'cpu'
   * @throws OrtBackendError when onnxruntime-node can't be loaded, or is of another version
   */
  constructor({ device = 'cpu', binding = loadNpmBinding() }: { device?: Device; binding?: NpmBinding } = {}) {
    this.device = device;
    this.description = `onnxruntime ${binding.version}, npm binding, ${device}`;
    const readBack = new ReadBack(binding, device);
    this.#readBack = readBack;
    this.#context = { binding, resources: new Resources(), readBack: (tensor) => readBack.read(tensor) };
  }

  /** Loads a graph. */
  createSession(model: Uint8Array, options: SessionOptions): RunnerSession {
    this.#checkAlive('createSession');
    return new NpmSession(this.#context, { model, device: this.device, options });
  }

  /** Makes a tensor over an array. Each run sends it to the device anew. */
  wrap(data: HostArray, type: ElementType, shape: readonly number[]): RunnerTensor {
    this.#checkAlive('wrap');
    checkArray(data, type, shape);
    return new NpmRunnerTensor(this.#context, new this.#context.binding.Tensor(type, data, shape));
  }

  /** Gives everything back. */
  dispose(): void {
    this.#disposed = true;
    this.#context.resources.dispose();
    this.#readBack.dispose();
  }

  #checkAlive(what: string): void {
    if (this.#disposed) throw new OrtBackendError(`${what}: the runner was disposed; make another`);
  }
}
