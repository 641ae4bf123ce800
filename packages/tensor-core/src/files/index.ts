export { type Dtype, dtypeBytes } from './dtypes.ts';
export { type CheckpointFile, type LazyTensor, readTensors } from './lazy-tensor.ts';
export {
  openSafetensors,
  type ParseSafetensorsOptions,
  parseSafetensors,
  readSafetensors,
  type SafetensorsContent,
} from './safetensors.ts';
export {
  elementCount,
  type TensorData,
  type TypedArray,
  tensorData,
  toFloat32,
  toInt32,
  toTypedArray,
} from './tensor-data.ts';
export {
  encodeSafetensors,
  type WritableTensors,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './write-safetensors.ts';
