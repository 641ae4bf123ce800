export { type Dtype, dtypeBytes } from './dtypes.ts';
export { type FindStateDictOptions, findStateDict } from './find-state-dict.ts';
export { type CheckpointFile, type LazyTensor, readTensors } from './lazy-tensor.ts';
export { openCheckpoint } from './open-checkpoint.ts';
export { openTorchCheckpoint } from './open-torch-checkpoint.ts';
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
export type { TorchCheckpoint } from './torch-checkpoint.ts';
export {
  encodeSafetensors,
  type StreamedTensor,
  type WritableTensor,
  type WritableTensors,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './write-safetensors.ts';
