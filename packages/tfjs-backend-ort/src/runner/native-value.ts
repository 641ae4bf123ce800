import { type ElementType, elementTypes, sizeOf } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import { elementTypeOf } from './graph-value.ts';
import { NativeTensor } from './native-tensor.ts';
import { fixedBytes, type NativeContext, type OrtApi } from './ort-api.ts';

/** Element type and dimensions out of an `OrtTensorTypeAndShapeInfo`; -1 stands for a dimension that may vary. */
export function readTypeAndShape(api: OrtApi, info: bigint): { type: ElementType | undefined; shape: number[] } {
  const number = new Int32Array(fixedBytes(4), 0, 1);
  api.GetTensorElementType(info, number);
  const rank = Number(api.get('GetDimensionsCount', info));
  const dimensions = new BigInt64Array(fixedBytes(8 * rank), 0, rank);
  api.GetDimensions(info, dimensions, rank);
  return { type: elementTypeOf(number[0]!), shape: Array.from(dimensions, Number) };
}

/** Moves an OrtValue that the runtime allocated into a tensor over an array of its own, and releases it. */
export function takeValue(context: NativeContext, value: bigint): NativeTensor {
  const { api } = context;
  try {
    const info = api.get('GetTensorTypeAndShape', value);
    let described: ReturnType<typeof readTypeAndShape>;
    try {
      described = readTypeAndShape(api, info);
    } finally {
      api.ReleaseTensorTypeAndShapeInfo(info);
    }
    const { type, shape } = described;
    if (type === undefined) {
      throw new OrtBackendError('run: an output has an element type that is not supported; cast it in the graph');
    }
    const { array } = elementTypes[type];
    const length = sizeOf(shape);
    const data =
      length === 0
        ? new array(0)
        : new array(api.read(api.get('GetTensorMutableData', value), length * array.BYTES_PER_ELEMENT).slice().buffer);
    return new NativeTensor(context, { data, type, shape });
  } finally {
    api.ReleaseValue(value);
  }
}
