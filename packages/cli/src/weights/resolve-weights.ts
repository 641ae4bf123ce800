import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { resolveCheckpoint, type SkippedCheckpoint } from '@masked-distill/train';
import type { Environment } from '../environment.ts';
import { type CountNote, createCountNote } from '../inspect/count-note.ts';
import { formatBytes } from '../text/format-bytes.ts';
import { fetchFromHub } from './fetch-from-hub.ts';
import type { HubVariables } from './hub-cache.ts';
import { isHubReference } from './hub-reference.ts';
import { FOLDER_FILES } from './weights-files.ts';

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

/** Options of {@link resolveWeights}. */
export interface ResolveWeightsOptions {
  /** Where a download's progress is shown, and by which clock; without it none is. */
  readonly environment?: Pick<Environment, 'stderr' | 'now'>;
  /** Reaches the hub. Default the process's own. */
  readonly fetch?: typeof fetch;
  /** The process's variables, which say where the hub and its cache are. Default its own. */
  readonly variables?: HubVariables;
}

/**
 * Finds the file of weights that `--teacher` or `--init` means: a file, a run's or a checkpoint's folder, a folder as transformers writes
 * it, or `hf:org/name[@revision][/file]` on the Hugging Face hub.
 *
 * @throws InputError when there is none, or the hub does not give it
 * @throws MaskedDistillError when a download breaks off
 */
export async function resolveWeights(text: string, options: ResolveWeightsOptions = {}): Promise<ResolvedWeights> {
  if (isHubReference(text)) return describeFile(text, { path: await download(text, options) });
  const folderFile = await findInFolder(text);
  if (folderFile) return describeFile(text, { path: folderFile });
  const { modelFile, checkpoint, skipped } = await resolveCheckpoint(text);
  return describeFile(text, { path: modelFile, step: checkpoint?.step, skipped });
}

function describeFile(
  text: string,
  { path, step, skipped = [] }: Pick<ResolvedWeights, 'path' | 'step'> & Partial<Pick<ResolvedWeights, 'skipped'>>,
): ResolvedWeights {
  const description = isHubReference(text) ? text : path;
  return {
    text,
    path,
    description: step === undefined ? description : `${description}, step ${step}`,
    step,
    skipped,
    fingerprint: () => fileFingerprint(path),
  };
}

async function download(
  text: string,
  { environment, fetch = globalThis.fetch, variables = process.env }: ResolveWeightsOptions,
): Promise<string> {
  let shown: { file: string; note: CountNote } | undefined;
  try {
    return await fetchFromHub(text, {
      fetch,
      variables,
      onProgress(file, progress) {
        if (environment && shown?.file !== file) {
          shown = { file, note: createCountNote(`downloading ${file}`, { ...environment, format: formatBytes }) };
        }
        shown?.note.update(progress);
      },
    });
  } finally {
    shown?.note.clear();
  }
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
