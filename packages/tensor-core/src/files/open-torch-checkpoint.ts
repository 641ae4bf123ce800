import { type ByteSource, openFileSource } from './byte-source.ts';
import { failing } from './fail.ts';
import type { TorchCheckpoint } from './torch-checkpoint.ts';
import { openTorchLegacy } from './torch-legacy.ts';
import { openTorchZip } from './torch-zip.ts';

/**
 * Opens a .pth file, a zip file (PyTorch 1.6 and later) or the plain pickles before it, without running anything in it: its pickle may name only what state dicts, optimiser
 * states and training arguments are made of. Tensors are read when asked, so that memory need not hold the file.
 *
 * @throws InputError when the file is missing, damaged, beyond a limit, or names any other Python global
 *
 * @example
 * ```ts
 * const checkpoint = await openTorchCheckpoint('mae_pretrain_vit_base.pth');
 * const weights = findStateDict(checkpoint.content);
 * ```
 */
export async function openTorchCheckpoint(path: string): Promise<TorchCheckpoint> {
  const source = await openFileSource(path);
  return openTorchSource(source).catch(async (error) => {
    await source.close();
    throw error;
  });
}

/** {@link openTorchCheckpoint} over an open source, which it closes with the checkpoint. */
export async function openTorchSource(source: ByteSource): Promise<TorchCheckpoint> {
  const start = await source.read(0, Math.min(4, source.size));
  if (isZip(start)) return openTorchZip(source);
  if (isPickle(start)) return openTorchLegacy(source);
  return failing(source.name)('is neither a zip file nor a pickle');
}

/** Tells a zip file by its first bytes. */
export function isZip(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, 4)).toString('latin1') === 'PK\x03\x04';
}

/** Tells a pickle of protocol 2 or later by its first bytes. */
export function isPickle(start: Uint8Array): boolean {
  return start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5;
}
