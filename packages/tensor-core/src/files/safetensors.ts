import { type ByteSource, openFileSource } from './byte-source.ts';
import { type CheckpointFile, type LazyTensor, readTensors } from './lazy-tensor.ts';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors-header.ts';
import type { TensorData } from './tensor-data.ts';

/** Everything that a safetensors file holds. */
export interface SafetensorsContent {
  /** The tensors by name. */
  readonly tensors: Map<string, TensorData>;
  /** The file's free text. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Options of {@link parseSafetensors}. */
export interface ParseSafetensorsOptions {
  /** What error messages call the bytes. */
  name?: string;
}

/**
 * Opens a safetensors file: reads and checks its header, and reads each tensor when asked, so that a file of any size takes the
 * memory of its largest tensor. Close it when done. Format: https://huggingface.co/docs/safetensors
 *
 * @throws InputError when the file is missing, cut off, or wrong in any way that its header shows
 */
export async function openSafetensors(path: string): Promise<CheckpointFile> {
  const source = await openFileSource(path);
  return openSafetensorsSource(source).catch(async (error) => {
    await source.close();
    throw error;
  });
}

/**
 * Reads a whole safetensors file into memory.
 *
 * @throws InputError when the file is missing, cut off, or wrong in any way that its header shows
 *
 * @example
 * ```ts
 * const { tensors } = await readSafetensors('model.safetensors');
 * toFloat32(tensors.get('cls_token')!);
 * ```
 */
export async function readSafetensors(path: string): Promise<SafetensorsContent> {
  const file = await openSafetensors(path);
  try {
    return { tensors: await readTensors(file.tensors), metadata: file.metadata };
  } finally {
    await file.close();
  }
}

/**
 * Reads safetensors from memory; the tensors share it.
 *
 * @throws InputError when the bytes are cut off, or wrong in any way that their header shows
 */
export function parseSafetensors(
  bytes: Uint8Array,
  { name = 'the given bytes' }: ParseSafetensorsOptions = {},
): SafetensorsContent {
  const dataStart = LENGTH_BYTES + headerLength(bytes, { fileSize: bytes.length, name });
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), { dataSize: bytes.length - dataStart, name });
  const tensors = new Map<string, TensorData>();
  for (const [tensor, { dtype, shape, begin, end }] of header.entries) {
    tensors.set(tensor, { dtype, shape, bytes: bytes.subarray(dataStart + begin, dataStart + end) });
  }
  return { tensors, metadata: header.metadata };
}

/** {@link openSafetensors} over an open source, which it closes with the file. */
export async function openSafetensorsSource(source: ByteSource): Promise<CheckpointFile> {
  const { name, size } = source;
  const start = await source.read(0, Math.min(LENGTH_BYTES, size));
  const length = headerLength(start, { fileSize: size, name });
  const dataStart = LENGTH_BYTES + length;
  const header = parseHeader(await source.read(LENGTH_BYTES, length), { dataSize: size - dataStart, name });
  const tensors = new Map<string, LazyTensor>();
  for (const [tensor, { dtype, shape, begin, end }] of header.entries) {
    const read = async () => ({ dtype, shape, bytes: await source.read(dataStart + begin, end - begin) });
    tensors.set(tensor, { dtype, shape, read });
  }
  return { format: 'safetensors', tensors, metadata: header.metadata, close: () => source.close() };
}
