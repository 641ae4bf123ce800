import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { resolveCheckpoint, type SkippedCheckpoint } from '@masked-distill/train';

/** A file of weights that a user named. */
export interface ResolvedWeights {
  /** What the user gave. */
  readonly text: string;
  /** The file. */
  readonly path: string;
  /** What it is, in words, for the first screen and for `config.yaml`'s reader. */
  readonly description: string;
  /** Steps trained, where the file belongs to a run's checkpoint. */
  readonly step?: number;
  /** Newer checkpoints of a run that are damaged. */
  readonly skipped: readonly SkippedCheckpoint[];
  /** `sha256:` and the file's checksum, by which a resumed run knows its teacher again; read from the whole file. */
  fingerprint(): Promise<string>;
}

/** What transformers calls the weights in a folder of its own. */
const FOLDER_FILES: readonly string[] = ['model.safetensors', 'pytorch_model.bin'];

/**
 * Finds the file of weights that `--teacher` or `--init` means: a file, a run's or a checkpoint's folder, or a folder as transformers
 * writes it.
 *
 * @throws InputError when there is none
 */
export async function resolveWeights(text: string): Promise<ResolvedWeights> {
  const folderFile = await findInFolder(text);
  const { modelFile, checkpoint, skipped } = folderFile
    ? { modelFile: folderFile, checkpoint: undefined, skipped: [] }
    : await resolveCheckpoint(text);
  return {
    text,
    path: modelFile,
    description: checkpoint ? `${modelFile}, step ${checkpoint.step}` : modelFile,
    step: checkpoint?.step,
    skipped,
    fingerprint: () => fileFingerprint(modelFile),
  };
}

async function findInFolder(path: string): Promise<string | undefined> {
  const isFile = (file: string) =>
    stat(file).then(
      (info) => info.isFile(),
      () => false,
    );
  // A run's checkpoint holds a model.safetensors too, and is checked by its own manifest.
  if (!(await isFile(join(path, 'config.json')))) return undefined;
  for (const name of FOLDER_FILES) {
    if (await isFile(join(path, name))) return join(path, name);
  }
  throw new InputError(
    `weights: ${path} has a config.json but no ${FOLDER_FILES.join(' or ')}; give the file of weights itself`,
  );
}

/** `sha256:` and the SHA-256 of a file's bytes, in hexadecimal. */
async function fileFingerprint(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Uint8Array);
  return `sha256:${hash.digest('hex')}`;
}
