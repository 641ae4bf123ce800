import { createRng, stateDict, writeSafetensors } from '@masked-distill/tensor-core';
import { ImageClassifier, type ImageClassifierConfig } from '@masked-distill/vit';
import { DESCRIPTION_KEY } from '../src/tasks/model-description.ts';
import { normalization } from './nano-checkpoint.ts';

const encoder = { width: 16, depth: 2, heads: 2, imageSize: { h: 16, w: 16 }, patch: { h: 4, w: 4 } };

/** A classifier of 16x16 px that a test can afford, of weights drawn by a seed. An engine must be running. */
export function nanoClassifier(options: Partial<ImageClassifierConfig> = {}, seed = 0): ImageClassifier {
  return new ImageClassifier({ ...encoder, classes: 12, ...options }, { rng: createRng(seed, 'init') });
}

/** Writes a classifier as finetune does, with the names of its classes. */
export async function writeNanoClassifier(
  path: string,
  { classNames, seed = 0 }: { classNames: readonly string[]; seed?: number },
): Promise<string> {
  const model = nanoClassifier({ classes: classNames.length }, seed);
  const description = {
    architecture: 'image-classifier',
    model: { encoder, classes: classNames.length, pooling: 'mean' },
    classNames,
    normalization,
  };
  const metadata = { [DESCRIPTION_KEY]: JSON.stringify(description) };
  await writeSafetensors(path, await stateDict(model.namedVariables()), { metadata });
  model.dispose();
  return path;
}
