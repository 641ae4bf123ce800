import { InputError } from '@masked-distill/base';
import { type ByteSource, openFileSource } from './byte-source.ts';
import { findStateDict } from './find-state-dict.ts';
import { quote } from './foreign-text.ts';
import type { CheckpointFile } from './lazy-tensor.ts';
import { isPickle, isZip, openTorchSource } from './open-torch-checkpoint.ts';
import { openSafetensorsSource } from './safetensors.ts';

/** Files that are taken for checkpoints by mistake, by how they begin. */
const LOOKALIKES: readonly (readonly [start: string, what: string])[] = [
  ['version https://git-lfs', 'a Git LFS pointer; fetch the file itself with git lfs pull'],
  ['<', 'a web page; download the file itself'],
  ['\x1f\x8b', 'gzip data; unpack it first'],
  ['\x89HDF', 'an HDF5 file; convert it first'],
];

/** Where the JSON of a safetensors file begins. */
const HEADER_AT = 8;

/**
 * Opens a file of weights, told by its content and not by its name: safetensors, or a .pth of PyTorch (whose state dict is looked
 * up as by {@link findStateDict}). Close it when done.
 *
 * @throws InputError when the file is missing, is something else, is damaged, or holds no weights
 *
 * @example
 * ```ts
 * const checkpoint = await openCheckpoint('mae_pretrain_vit_base.pth');
 * for (const [name, { dtype, shape }] of checkpoint.tensors) console.log(name, dtype, shape);
 * await checkpoint.close();
 * ```
 */
export async function openCheckpoint(path: string): Promise<CheckpointFile> {
  const source = await openFileSource(path);
  return openCheckpointSource(source).catch(async (error) => {
    await source.close();
    throw error;
  });
}

/** {@link openCheckpoint} over an open source, which it closes with the file. */
export async function openCheckpointSource(source: ByteSource): Promise<CheckpointFile> {
  const start = await source.read(0, Math.min(32, source.size));
  // First, as the length in front of the header may begin like a pickle; there, no zip file or torch pickle has a brace.
  if (start[HEADER_AT] === 0x7b) return openSafetensorsSource(source);
  if (isZip(start) || isPickle(start)) {
    const { format, content, close } = await openTorchSource(source);
    return { format, tensors: findStateDict(content, { name: source.name }), metadata: plainValues(content), close };
  }
  const text = Buffer.from(start).toString('latin1');
  const lookalike = LOOKALIKES.find(([begin]) => text.startsWith(begin))?.[1];
  const shown = text.slice(0, 8).replace(/[^\x20-\x7e]/g, '.');
  const what =
    lookalike ?? `nothing known: it begins with ${Buffer.from(start.subarray(0, 8)).toString('hex')} "${shown}"`;
  throw new InputError(
    `checkpoint: ${source.name} is ${source.size === 0 ? 'empty' : what}; give a safetensors or .pth file`,
  );
}

/** What stands beside a state dict and fits on a line, such as the epoch. */
function plainValues(content: unknown): Record<string, string> {
  const entries = content instanceof Map ? [...content] : [];
  const plain = entries.filter(
    ([key, value]) => typeof key === 'string' && ['string', 'number', 'boolean'].includes(typeof value),
  );
  return Object.fromEntries(plain.map(([key, value]) => [key, quote(value)]));
}
