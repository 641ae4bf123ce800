import { type CheckpointFile, openCheckpoint } from '@masked-distill/tensor-core';
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
  /** Gives an encoder these weights; see `loadEncoder`. */
  load(encoder: Backbone): Promise<EncoderLoadReport>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/**
 * Opens the encoder of a file of weights, whoever wrote it. Attention heads and the input's size, which no tensor tells, are taken from
 * this project's description in the file, else from a `config.json` beside it.
 *
 * @param path a file; `resolveWeights` finds it for what a user gave
 * @throws InputError when the file is damaged, or holds no encoder that is known and whole
 *
 * @example
 * ```ts
 * const { path } = await resolveWeights('runs/teacher');
 * const opened = await openEncoderWeights(path);
 * const { encoder, report } = await createEncoder(opened.weights);
 * await opened.close();
 * ```
 */
export async function openEncoderWeights(path: string): Promise<OpenEncoderWeights> {
  const file = await openCheckpoint(path);
  try {
    const weights = findEncoder(file.tensors, { source: path, hints: await readHints(path, file.metadata) });
    return { weights, file, load: (encoder) => loadEncoder(encoder, weights), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}
