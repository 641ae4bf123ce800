import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelledFeatures } from '@masked-distill/eval';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import { readSafetensors, tensorData, toFloat32, toInt32, writeSafetensors } from '@masked-distill/tensor-core';

/** Features of whole sources, kept in a folder. */
export interface KeptFeatures {
  /** Those of a source; undefined where none are kept. */
  read(source: SampleSource<SourceSample>): Promise<LabelledFeatures | undefined>;
  /** Keeps those of a source. */
  write(source: SampleSource<SourceSample>, features: LabelledFeatures): Promise<void>;
}

/** Counted up when features are computed in another way. */
const VERSION = 1;

/**
 * Opens a folder of features.
 *
 * @param made everything that features depend on but the samples: of another encoder, input or crop they are others
 */
export async function keptFeatures(folder: string, made: object): Promise<KeptFeatures> {
  const pathOf = async (source: SampleSource<SourceSample>) => {
    const all = JSON.stringify([VERSION, made, await source.fingerprint()]);
    return join(folder, `${createHash('sha256').update(all).digest('hex').slice(0, 32)}.safetensors`);
  };
  return {
    async read(source) {
      const path = await pathOf(source);
      if (!(await stat(path).catch(() => undefined))) return undefined;
      const { tensors } = await readSafetensors(path);
      const [features, labels] = [tensors.get('features'), tensors.get('labels')];
      if (!features || labels?.shape[0] !== source.length) return undefined;
      return { features: toFloat32(features), labels: toInt32(labels) };
    },
    async write(source, { features, labels }) {
      const tensors = new Map([
        ['features', tensorData(features, [labels.length, features.length / labels.length])],
        ['labels', tensorData(labels, [labels.length])],
      ]);
      await writeSafetensors(await pathOf(source), tensors, { metadata: { source: source.name } });
    },
  };
}
