import { open, readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '@masked-distill/base';
import { isHubReference } from '../weights/hub-reference.ts';

/** What stands in the folder of a run, of a checkpoint or of a model of transformers, and in no folder of images. */
const RUN_ENTRIES: readonly string[] = [
  'state.json',
  'last',
  'best',
  'checkpoints',
  'metrics.jsonl',
  'model.safetensors',
  'pytorch_model.bin',
];
const POINTERS: readonly string[] = ['last', 'best'];
const WEIGHTS = /\.(safetensors|pth|pt|bin|ckpt)$/i;
const ARCHIVE = /\.(tar|tgz|tar\.\w+)$/i;

/**
 * Tells by looking whether a path means a checkpoint or images. What can't be told is taken for a list of images.
 *
 * @throws InputError when nothing is there, or it can't be read
 */
export async function kindOfPath(path: string): Promise<'checkpoint' | 'images'> {
  if (isHubReference(path)) return 'checkpoint';
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    if (/\{.*\}/.test(path)) return 'images';
    throw new InputError(`inspect: there is no ${path}; give a run's folder, a checkpoint, images or videos`);
  }
  if (found.isDirectory()) {
    const entries = await readdir(path).catch(refuse(path));
    return entries.some((entry) => RUN_ENTRIES.includes(entry)) ? 'checkpoint' : 'images';
  }
  if (POINTERS.includes(basename(path)) || WEIGHTS.test(path)) return 'checkpoint';
  return !ARCHIVE.test(path) && (await beginsLikeWeights(path)) ? 'checkpoint' : 'images';
}

/** A safetensors header after its length (below 2^56), a zip file, or a pickle of protocol 2 or later. */
async function beginsLikeWeights(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(refuse(path));
  try {
    const { buffer: start } = await file.read(Buffer.alloc(9), 0, 9, 0);
    return (start[7] === 0 && start[8] === 0x7b) || start.readUInt32BE(0) === 0x504b0304 || start[0] === 0x80;
  } finally {
    await file.close();
  }
}

const refuse = (path: string) => (cause: Error) => {
  throw new InputError(`inspect: ${path} can't be read (${cause.message})`, { cause });
};
