import { type Dtype, dtypeBytes } from './dtypes.ts';
import type { Fail } from './fail.ts';
import type { LazyTensor } from './lazy-tensor.ts';
import { elementCount, type TensorData } from './tensor-data.ts';
import { isCount, type TorchStorage } from './torch-storage.ts';

/** One tensor may take this much; the largest of a ViT-H is 26 MB. */
const MAX_TENSOR_BYTES = 2 ** 31;

/** PyTorch's own limit on axes. */
const MAX_AXES = 64;

/** Reads bytes of a storage of the open file. */
export type ReadStorage = (storage: TorchStorage, offset: number, length: number) => Promise<Uint8Array>;

/** Where in a storage a tensor lies; counts are in elements. */
export interface TensorView {
  readonly dtype: Dtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** A tensor of a torch checkpoint: a view of a storage, brought into row-major order when it is read. */
export class TorchTensor implements LazyTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly #storage: TorchStorage;
  readonly #view: TensorView;
  readonly #readStorage: ReadStorage;

  /** The view must have passed {@link checkView}. */
  constructor(storage: TorchStorage, view: TensorView, readStorage: ReadStorage) {
    this.dtype = view.dtype;
    this.shape = view.shape;
    this.#storage = storage;
    this.#view = view;
    this.#readStorage = readStorage;
  }

  /** Size in bytes of what {@link TorchTensor.read} gives. */
  get size(): number {
    return elementCount(this.shape) * dtypeBytes(this.dtype);
  }

  async read(): Promise<TensorData> {
    const { dtype, shape, offset } = this.#view;
    const width = dtypeBytes(dtype);
    const span = spanOf(this.#view);
    const bytes = span === 0 ? new Uint8Array(0) : await this.#readStorage(this.#storage, offset * width, span * width);
    return { dtype, shape, bytes: isRowMajor(this.#view) ? bytes : gather(bytes, this.#view) };
  }
}

/** Checks what a pickle says about a tensor against its storage. */
export function checkView(storage: TorchStorage, view: Record<keyof TensorView, unknown>, fail: Fail): TensorView {
  const { dtype, offset, shape, stride } = view as { [K in keyof TensorView]: unknown } & { dtype: Dtype };
  if (!isCount(offset) || !isCounts(shape) || !isCounts(stride) || shape.length !== stride.length) {
    return fail('has a tensor whose offset, shape and stride are not non-negative integers');
  }
  if (shape.length > MAX_AXES) return fail(`has a tensor of ${shape.length} axes, more than the limit of ${MAX_AXES}`);
  const who = `has a tensor of shape [${shape}]`;
  if (elementCount(shape.filter((size) => size > 0)) * dtypeBytes(dtype) > MAX_TENSOR_BYTES) {
    return fail(`${who}, more than the limit of ${MAX_TENSOR_BYTES} bytes`);
  }
  const checked = { dtype, offset, shape, stride };
  const end = offset + spanOf(checked);
  const count = storage.size / dtypeBytes(dtype);
  if (end > count)
    return fail(`${who}, offset ${offset} and stride [${stride}] that needs ${end} elements of a storage of ${count}`);
  if (spanOf(checked) * dtypeBytes(dtype) > MAX_TENSOR_BYTES)
    return fail(`${who} that is spread over more than ${MAX_TENSOR_BYTES} bytes, the limit`);
  return checked;
}

/** Elements from the first of the view to its last. */
function spanOf({ shape, stride }: TensorView): number {
  if (elementCount(shape) === 0) return 0;
  return 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * stride[axis]!, 0);
}

function isRowMajor({ shape, stride }: TensorView): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! !== 1 && stride[axis] !== step) return elementCount(shape) === 0;
    step *= shape[axis]!;
  }
  return true;
}

/** Copies a view's elements out of its span, in row-major order. */
function gather(span: Uint8Array, { dtype, shape, stride }: TensorView): Uint8Array {
  const width = dtypeBytes(dtype);
  const result = new Uint8Array(elementCount(shape) * width);
  // Both are of one type, which TypeScript can't see.
  const from = asWords(span, width) as Uint8Array;
  const to = asWords(result, width) as Uint8Array;
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let target = 0; target < to.length; target++) {
    to[target] = from[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += stride[axis]!;
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      source -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** Elements to be moved about as unsigned integers, which keep every bit. */
function asWords(bytes: Uint8Array, width: number): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const count = bytes.length / width;
  if (width === 8) return new BigUint64Array(buffer, byteOffset, count);
  if (width === 4) return new Uint32Array(buffer, byteOffset, count);
  return width === 2 ? new Uint16Array(buffer, byteOffset, count) : new Uint8Array(buffer, byteOffset, count);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
