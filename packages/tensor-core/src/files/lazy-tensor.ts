import type { Dtype } from './dtypes.ts';
import type { TensorData } from './tensor-data.ts';

/** A tensor of an open file: what it is at once, its elements when asked. */
export interface LazyTensor {
  /** What one element is. */
  readonly dtype: Dtype;
  /** The size of each axis. */
  readonly shape: readonly number[];
  /**
   * Reads the elements; each call reads them anew.
   *
   * @throws InputError when the file's bytes are not what its directory promised
   * @throws MaskedDistillError after the file was closed
   */
  read(): Promise<TensorData>;
}

/** A file of named tensors, opened: close it when done. */
export interface CheckpointFile {
  /** What the file was found to be. */
  readonly format: 'safetensors' | 'torch-zip' | 'torch-legacy';
  /** Its tensors by name, in the file's order. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Its free text: safetensors metadata, or the plain values beside a torch file's state dict (`epoch: '7'`). */
  readonly metadata: Readonly<Record<string, string>>;
  /** Lets go of the file; its tensors can't be read any more. */
  close(): Promise<void>;
}

/** Reads every tensor, one after the other. */
export async function readTensors(tensors: ReadonlyMap<string, LazyTensor>): Promise<Map<string, TensorData>> {
  const result = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) result.set(name, await tensor.read());
  return result;
}
