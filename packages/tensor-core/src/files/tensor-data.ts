import { InputError } from '@masked-distill/base';
import { type Dtype, dtypeBytes } from './dtypes.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-floats.ts';

/** A tensor as it lies in a file: bytes and what they mean, with no tensor library behind it. */
export interface TensorData {
  /** What one element is. */
  readonly dtype: Dtype;
  /** The size of each axis; `[]` for a single value. */
  readonly shape: readonly number[];
  /** The elements, little-endian, row-major, without gaps. */
  readonly bytes: Uint8Array;
}

/** The typed arrays that hold the elements of a {@link TensorData} in memory. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

const ARRAY_DTYPES: Readonly<Record<string, Dtype>> = {
  Float64Array: 'F64',
  Float32Array: 'F32',
  BigInt64Array: 'I64',
  BigUint64Array: 'U64',
  Int32Array: 'I32',
  Uint32Array: 'U32',
  Int16Array: 'I16',
  Uint16Array: 'U16',
  Int8Array: 'I8',
  Uint8Array: 'U8',
};

/** Number of elements of a tensor of this shape (1 for a single value). */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Wraps a typed array as a tensor, without copying it.
 *
 * @param values the elements, row-major; their array type gives the dtype (Float32Array → F32, …)
 * @param shape the size of each axis
 * @throws InputError when the shape asks for another number of elements
 *
 * @example
 * ```ts
 * const weight = tensorData(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * ```
 */
export function tensorData(values: TypedArray, shape: readonly number[]): TensorData {
  const dtype = ARRAY_DTYPES[values.constructor.name];
  if (dtype === undefined)
    throw new InputError(`tensorData: values are a ${values.constructor.name}, not a typed array`);
  if (elementCount(shape) !== values.length) {
    throw new InputError(`tensorData: shape [${shape}] holds ${elementCount(shape)} elements, got ${values.length}`);
  }
  return { dtype, shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/**
 * The elements in the array type of their dtype: I64 as BigInt64Array, BOOL as Uint8Array, F16 and BF16 (for which there is no
 * array type) as Float32Array. It shares memory with `tensor.bytes` where the layout allows.
 */
export function toTypedArray(tensor: TensorData): TypedArray {
  const { buffer, byteOffset, length } = aligned(tensor);
  const count = length / dtypeBytes(tensor.dtype);
  switch (tensor.dtype) {
    case 'F64':
      return new Float64Array(buffer, byteOffset, count);
    case 'F32':
      return new Float32Array(buffer, byteOffset, count);
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer, byteOffset, count));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer, byteOffset, count));
    case 'I64':
      return new BigInt64Array(buffer, byteOffset, count);
    case 'U64':
      return new BigUint64Array(buffer, byteOffset, count);
    case 'I32':
      return new Int32Array(buffer, byteOffset, count);
    case 'U32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'I16':
      return new Int16Array(buffer, byteOffset, count);
    case 'U16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'I8':
      return new Int8Array(buffer, byteOffset, count);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer, byteOffset, count);
  }
}

/**
 * The elements as float32, whatever they are stored as; wider ones are rounded. It shares memory with `tensor.bytes` where the
 * tensor is F32 and the layout allows.
 */
export function toFloat32(tensor: TensorData): Float32Array {
  const values = toTypedArray(tensor);
  if (values instanceof Float32Array) return values;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return Float32Array.from(values, Number);
  return new Float32Array(values);
}

/**
 * The elements as int32: indices, counts, labels.
 *
 * @throws InputError when the tensor holds fractions, or a value beyond the range of int32
 */
export function toInt32(tensor: TensorData): Int32Array {
  const values = toTypedArray(tensor);
  if (values instanceof Int32Array) return values;
  if (values instanceof Float32Array || values instanceof Float64Array) {
    throw new InputError(`toInt32: tensor is ${tensor.dtype}, not of integers; use toFloat32`);
  }
  const result =
    values instanceof BigInt64Array || values instanceof BigUint64Array
      ? Int32Array.from(values, Number)
      : new Int32Array(values);
  for (let i = 0; i < result.length; i++) {
    if (Number(values[i]) !== result[i]) throw new InputError(`toInt32: element ${i} is ${values[i]}, beyond int32`);
  }
  return result;
}

/** The tensor's bytes where a typed array can lie on them: themselves, or a copy when they start between two elements (a Buffer's slice would not copy). */
function aligned({ bytes, dtype }: TensorData): Uint8Array {
  return bytes.byteOffset % dtypeBytes(dtype) === 0 ? bytes : new Uint8Array(bytes);
}
