/** Element types that graphs use, by ONNX's names. */
export type ElementType = 'float32' | 'int32' | 'bool' | 'int64' | 'uint8' | 'int8';

/** Arrays that hold tensor elements on the host. */
export type HostArray = Float32Array | Int32Array | Uint8Array | Int8Array | BigInt64Array;

type HostArrayConstructor = {
  new (length: number): HostArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): HostArray;
  readonly BYTES_PER_ELEMENT: number;
};

/** What is known of each element type: its number in ONNX (`TensorProto.DataType`) and the array that holds it. */
export const elementTypes: Readonly<Record<ElementType, { onnx: number; array: HostArrayConstructor }>> = {
  float32: { onnx: 1, array: Float32Array },
  uint8: { onnx: 2, array: Uint8Array },
  int8: { onnx: 3, array: Int8Array },
  int32: { onnx: 6, array: Int32Array },
  int64: { onnx: 7, array: BigInt64Array },
  bool: { onnx: 9, array: Uint8Array },
};

/** Number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
