import { type ElementType, elementTypes, type HostArray } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import { fixedBytes, type NativeContext } from './ort-api.ts';
import type { Resource } from './resource.ts';
import type { RunnerTensor } from './runner.ts';
import { checkArray } from './tensor-check.ts';

// For arrays without elements, whose address may be none at all.
const nothing = new Uint8Array(fixedBytes(8));

/** An OrtValue over a host array. The value does not hold the array, so this does, for as long as the value may be used. */
export class NativeTensor implements RunnerTensor {
  /** Element type. */
  readonly type: ElementType;
  /** Dimensions. */
  readonly shape: readonly number[];
  /** The OrtValue. */
  readonly handle: Resource<bigint>;
  readonly #data: HostArray;
  readonly #bytes: number;

  /**
   * @param context what the runner's objects share
   * @param options the array and what it holds
   * @throws OrtBackendError when the array's type or length does not fit
   */
  constructor(
    { api, resources }: NativeContext,
    { data, type, shape }: { data: HostArray; type: ElementType; shape: readonly number[] },
  ) {
    checkArray(data, type, shape);
    this.type = type;
    this.shape = [...shape];
    this.#data = data;
    this.#bytes = data.byteLength;
    // V8 keeps short arrays inside its heap, where they move, until somebody asks for their buffer.
    void data.buffer;
    const dimensions = new BigInt64Array(fixedBytes(8 * shape.length));
    for (let axis = 0; axis < shape.length; axis++) dimensions[axis] = BigInt(shape[axis]!);
    const pointer = api.get(
      'CreateTensorWithDataAsOrtValue',
      api.hostMemory,
      this.#bytes === 0 ? nothing : data,
      this.#bytes,
      dimensions,
      shape.length,
      elementTypes[type].onnx,
    );
    this.handle = resources.own(this, { value: pointer, what: 'tensor', release: api.ReleaseValue });
  }

  /**
   * Address of the OrtValue, for a run that starts now.
   *
   * @throws OrtBackendError when it was disposed, or its memory went elsewhere
   */
  get pointer(): bigint {
    if (this.#data.byteLength !== this.#bytes) {
      throw new OrtBackendError(
        'tensor: its array was transferred or resized, and the runtime would touch memory that is gone; give it a copy',
      );
    }
    return this.handle.value;
  }

  /** The array it was made over. */
  data(): HostArray {
    void this.handle.value;
    return this.#data;
  }

  /** Gives the OrtValue back, as soon as no run uses it. */
  dispose(): void {
    this.handle.dispose();
  }
}
