import { VideoMaskedAutoencoder } from '@masked-distill/mae';
import { createRng, stateDict, writeSafetensors } from '@masked-distill/tensor-core';
import { VideoClassifier } from '@masked-distill/vit';
import { DESCRIPTION_KEY, describeModel } from '../src/tasks/model-description.ts';
import { normalization } from './nano-checkpoint.ts';

const encoder = {
  width: 16,
  depth: 2,
  heads: 2,
  frames: 4,
  imageSize: { h: 16, w: 16 },
  patch: { t: 2, h: 8, w: 8 },
};

/** Writes a masked autoencoder of clips of 4 frames of 16 px, as pretrain does. An engine must be running. */
export async function writeNanoVideoModel(path: string): Promise<string> {
  const model = new VideoMaskedAutoencoder(
    { encoder, decoder: { width: 8, depth: 1, heads: 2 } },
    { rng: createRng(0, 'init') },
  );
  const metadata = { [DESCRIPTION_KEY]: JSON.stringify(describeModel(model, normalization)) };
  await writeSafetensors(path, await stateDict(model.namedVariables()), { metadata });
  model.dispose();
  return path;
}

/** A classifier of such clips. */
export const nanoVideoClassifier = (classes: number) =>
  new VideoClassifier({ ...encoder, classes }, { rng: createRng(0, 'init') });

/** Writes it as finetune does. */
export async function writeNanoVideoClassifier(path: string, classNames: readonly string[]): Promise<string> {
  const model = nanoVideoClassifier(classNames.length);
  const description = {
    architecture: 'video-classifier',
    model: { encoder, classes: classNames.length, pooling: 'mean' },
    classNames,
    normalization,
  };
  const metadata = { [DESCRIPTION_KEY]: JSON.stringify(description) };
  await writeSafetensors(path, await stateDict(model.namedVariables()), { metadata });
  model.dispose();
  return path;
}
