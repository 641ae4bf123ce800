import type { ElementType, HostArray } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import { NativeSession } from './native-session.ts';
import { NativeTensor } from './native-tensor.ts';
import { loadOrtApi, type NativeContext } from './ort-api.ts';
import { Resources } from './resource.ts';
import type { Runner, RunnerSession, RunnerTensor, SessionOptions } from './runner.ts';

/** ONNX Runtime on the CPU through its C API: outputs are filled in place, and the event loop stays free during a run. */
export class NativeRunner implements Runner {
  /** Which binding. */
  readonly name = 'native';
  /** Where its sessions compute. */
  readonly device = 'cpu';
  /** What it runs on, in words. */
  readonly description: string;
  /** Outputs are filled in place. */
  readonly fillsOutputs = true;
  readonly #context: NativeContext;
  #disposed = false;

  /** @throws OrtBackendError when koffi or the runtime's library can't be loaded */
  constructor() {
    this.#context = { api: loadOrtApi(), resources: new Resources() };
    this.description = `onnxruntime ${this.#context.api.version}, C API`;
  }

  /** Loads a graph. */
  createSession(model: Uint8Array, options: SessionOptions): RunnerSession {
    this.#checkAlive('createSession');
    return new NativeSession(this.#context, { model, options });
  }

  /** Makes a tensor over an array, without a copy. */
  wrap(data: HostArray, type: ElementType, shape: readonly number[]): RunnerTensor {
    this.#checkAlive('wrap');
    return new NativeTensor(this.#context, { data, type, shape });
  }

  /** Gives everything back. */
  dispose(): void {
    this.#disposed = true;
    this.#context.resources.dispose();
  }

  #checkAlive(what: string): void {
    if (this.#disposed) throw new OrtBackendError(`${what}: the runner was disposed; make another`);
  }
}
