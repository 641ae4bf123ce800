import { openCheckpoint, readTensors, type TensorData } from '@masked-distill/tensor-core';
import { resolveCheckpoint } from '@masked-distill/train';
import { type ModelDescription, parseDescription } from '../tasks/model-description.ts';

/** A model as it stands on the disk. */
export interface StoredModel {
  /** What it is. */
  readonly description: ModelDescription;
  /** Its weights. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** The file they were read from. */
  readonly modelFile: string;
}

/**
 * Reads the model that a path means.
 *
 * @param note is told of damaged checkpoints that were passed over
 * @throws InputError when there is none, the file is damaged, or it does not say what it holds
 */
export async function readModel(path: string, note: (text: string) => void): Promise<StoredModel> {
  const { modelFile, skipped } = await resolveCheckpoint(path);
  for (const { path: folder, reason } of skipped) note(`passed over ${folder}: ${reason}`);
  const file = await openCheckpoint(modelFile);
  try {
    const description = parseDescription(file.metadata, modelFile);
    return { description, tensors: await readTensors(file.tensors), modelFile };
  } finally {
    await file.close();
  }
}
