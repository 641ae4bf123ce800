import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createProceduralSource, encodePng, renderProcedural } from '@masked-distill/image-data';
import { MaskedAutoencoder } from '@masked-distill/mae';
import { createRng, stateDict, writeSafetensors } from '@masked-distill/tensor-core';
import { CheckpointStore } from '@masked-distill/train';
import { runCli, type Verb } from '../src/program.ts';
import { DESCRIPTION_KEY, describeModel } from '../src/tasks/model-description.ts';
import { testEnvironment } from './kit.ts';

/** How the nano model's images are normalised. */
export const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };

/** A masked autoencoder of 32x24 px that a test can afford. An engine must be running. */
export function nanoModel({ normPixLoss = true } = {}): MaskedAutoencoder {
  return new MaskedAutoencoder(
    {
      encoder: { width: 16, depth: 2, heads: 2, imageSize: { h: 32, w: 24 }, patch: { h: 8, w: 8 } },
      decoder: { width: 8, depth: 1, heads: 2 },
      normPixLoss,
    },
    { rng: createRng(0, 'init') },
  );
}

/** What pretrain stores with its weights. */
export const nanoMetadata = (model: MaskedAutoencoder) => ({
  [DESCRIPTION_KEY]: JSON.stringify(describeModel(model, normalization)),
});

/** Writes a model as a file on its own. */
export async function writeNanoModel(path: string, options: { normPixLoss?: boolean } = {}): Promise<string> {
  const model = nanoModel(options);
  await writeSafetensors(path, await stateDict(model.namedVariables()), { metadata: nanoMetadata(model) });
  model.dispose();
  return path;
}

/** Writes a run's folder with checkpoints of these steps. */
export async function writeNanoRun(path: string, steps: readonly number[]): Promise<string> {
  const model = nanoModel();
  const store = new CheckpointStore(path);
  for (const step of steps) {
    const tensors = { 'model.safetensors': await stateDict(model.namedVariables()) };
    await store.save({ step, tensors, metadata: nanoMetadata(model), state: {} });
  }
  model.dispose();
  return path;
}

/** Writes a folder of procedural images in classes a, b, c, …, with these file names. */
export async function writeImages(folder: string, names: readonly string[], size = 40): Promise<string> {
  const source = createProceduralSource({ length: names.length, size: [size, size], seed: 1 });
  for (const [i, name] of names.entries()) {
    const { location } = source.sample(i);
    if (location.kind !== 'procedural') throw new Error('not procedural');
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), await encodePng(renderProcedural(location.spec, location.index)));
  }
  return folder;
}

/** Runs one verb and gives what it wrote. */
export async function runVerb(verb: Verb, words: readonly string[]) {
  const { environment, stdout, stderr } = testEnvironment();
  const code = await runCli(words, { environment, verbs: [verb] });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
