import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { DTYPES, dtypeBytes } from './dtypes.ts';
import type { LazyTensor } from './lazy-tensor.ts';
import { LENGTH_BYTES } from './safetensors-header.ts';
import { elementCount, type TensorData } from './tensor-data.ts';

/** Options of {@link writeSafetensors} and {@link encodeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Free text to keep in the file. */
  metadata?: Readonly<Record<string, string>>;
}

/** A tensor whose bytes come piece by piece, so that it need not fit into memory. */
export interface StreamedTensor extends Pick<TensorData, 'dtype' | 'shape'> {
  /** Its bytes in their order, as many as its shape and type make. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** A tensor to be written: in memory, in another file, or in pieces. */
export type WritableTensor = TensorData | LazyTensor | StreamedTensor;

/** Tensors to be written, by name: in memory, still in another file (they are then read one at a time), or in pieces. */
export type WritableTensors = ReadonlyMap<string, WritableTensor>;

/**
 * Writes a safetensors file, whole or not at all. Byte for byte what the format's own writer makes: the header padded with spaces
 * to eight bytes, the tensors with the widest elements first and then by name, so that each starts on a multiple of its width.
 *
 * @throws InputError when a tensor's bytes don't fit its shape
 * @throws MaskedDistillError when the file can't be written; what stood at `path` is untouched
 *
 * @example
 * ```ts
 * await writeSafetensors('model.safetensors', new Map([['bias', tensorData(new Float32Array(3), [3])]]));
 * ```
 */
export async function writeSafetensors(
  path: string,
  tensors: WritableTensors,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  const { header, inOrder } = layOut(tensors, options);
  await writeFileAtomic(path, chunks(header, inOrder));
}

/**
 * The bytes of a safetensors file, piece by piece: the header, then one tensor at a time.
 *
 * @throws InputError when a tensor's bytes don't fit its shape
 */
export function encodeSafetensors(
  tensors: WritableTensors,
  options: WriteSafetensorsOptions = {},
): AsyncIterable<Uint8Array> {
  const { header, inOrder } = layOut(tensors, options);
  return chunks(header, inOrder);
}

async function* chunks(header: Uint8Array, inOrder: readonly WritableTensor[]) {
  yield header;
  for (const tensor of inOrder) {
    if ('chunks' in tensor) yield* tensor.chunks();
    else yield 'bytes' in tensor ? tensor.bytes : (await tensor.read()).bytes;
  }
}

/** The header, and the tensors in the order in which their bytes follow it. */
function layOut(tensors: WritableTensors, { metadata }: WriteSafetensorsOptions) {
  const inOrder = [...tensors].sort(
    ([nameA, a], [nameB, b]) => DTYPES.indexOf(b.dtype) - DTYPES.indexOf(a.dtype) || compareUtf8(nameA, nameB),
  );
  const fields: [string, unknown][] = metadata === undefined ? [] : [['__metadata__', metadata]];
  let begin = 0;
  for (const [name, tensor] of inOrder) {
    checkTensor(name, tensor);
    const end = begin + elementCount(tensor.shape) * dtypeBytes(tensor.dtype);
    fields.push([name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  // Written pair by pair: an object would put names that look like numbers first.
  const json = `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const header = new Uint8Array(LENGTH_BYTES + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - LENGTH_BYTES), true);
  header.set(text, LENGTH_BYTES);
  return { header, inOrder: inOrder.map(([, tensor]) => tensor) };
}

function checkTensor(name: string, tensor: WritableTensor) {
  if (name === '__metadata__') throw new InputError('safetensors: no tensor can be named __metadata__; rename it');
  if (!('bytes' in tensor)) return;
  const size = elementCount(tensor.shape) * dtypeBytes(tensor.dtype);
  if (tensor.bytes.length !== size) {
    throw new InputError(
      `safetensors: tensor ${name} is ${tensor.dtype} of shape [${tensor.shape}], ${size} bytes, but holds ${tensor.bytes.length}`,
    );
  }
}

/** Orders by code point, as UTF-8 bytes do and JavaScript's own comparison does not. */
function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
