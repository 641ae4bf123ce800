import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { type CheckpointFile, type LazyTensor, openCheckpoint } from '@masked-distill/tensor-core';
import {
  type Backbone,
  type EncoderLoadReport,
  type EncoderWeights,
  findEncoder,
  loadEncoder,
} from '@masked-distill/vit';
import { readHints } from './encoder-hints.ts';

/** The encoder of a file of weights, open. */
export interface OpenEncoderWeights {
  /** The encoder: whose names it bears, its sizes, its tensors. `createEncoder(weights)` builds it. */
  readonly weights: EncoderWeights;
  /** The file. */
  readonly file: CheckpointFile;
  /** All its tensors by the file's names, averaged ones in the place of their own where those were asked for. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Gives an encoder these weights; see `loadEncoder`. */
  load(encoder: Backbone): Promise<EncoderLoadReport>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/** Options of {@link openEncoderWeights}. */
export interface OpenEncoderWeightsOptions {
  /** Whether to take the averaged weights that a run keeps beside its own. Default false. */
  readonly ema?: boolean;
}

const AVERAGES = 'ema.safetensors';

/**
 * Opens the encoder of a file of weights, whoever wrote it. Attention heads and the input's size, which no tensor tells, are taken from
 * this project's description in the file, else from a `config.json` beside it.
 *
 * @param path a file; `resolveWeights` finds it for what a user gave
 * @throws InputError when the file is damaged, holds no encoder that is known and whole, or has no averaged weights beside it
 *
 * @example
 * ```ts
 * const { path } = await resolveWeights('runs/teacher');
 * const opened = await openEncoderWeights(path);
 * const { encoder, report } = await createEncoder(opened.weights);
 * await opened.close();
 * ```
 */
export async function openEncoderWeights(
  path: string,
  { ema = false }: OpenEncoderWeightsOptions = {},
): Promise<OpenEncoderWeights> {
  const files = [await openCheckpoint(path)];
  const close = async () => {
    for (const file of files) await file.close();
  };
  try {
    if (ema) files.push(await openAverages(path));
    const [file, averages] = files as [CheckpointFile, CheckpointFile?];
    // Averages are kept of what is trained; a fixed table stands in the model's own file.
    const tensors = new Map([...file.tensors, ...(averages?.tensors ?? [])]);
    const weights = findEncoder(tensors, { source: path, hints: await readHints(path, file.metadata) });
    return { weights, file, tensors, load: (encoder) => loadEncoder(encoder, weights), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openAverages(path: string): Promise<CheckpointFile> {
  const averages = join(dirname(path), AVERAGES);
  const isThere = await stat(averages).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new InputError(`weights: there are no averaged weights (${AVERAGES}) beside ${path}; leave --ema out`);
  return openCheckpoint(averages);
}
