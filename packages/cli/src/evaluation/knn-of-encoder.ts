import { knnAccuracy } from '@masked-distill/eval';
import { limitSource } from '@masked-distill/image-data';
import type { Backbone } from '@masked-distill/vit';
import type { RunSources } from '../run/open-sources.ts';
import { type ExtractFeaturesOptions, extractFeatures } from './extract-features.ts';

/** Labelled samples that vote; more hardly change the accuracy and take longer. */
const MAX_KNOWN = 4000;

/** k-NN accuracy of an encoder as it is: held-out samples, judged by those trained on that are nearest to them. */
export async function knnOfEncoder(
  encoder: Backbone,
  { train, validation }: Required<Omit<RunSources, 'modality'>>,
  options: ExtractFeaturesOptions,
): Promise<number> {
  const known = await extractFeatures(encoder, limitSource(train, MAX_KNOWN), options);
  return knnAccuracy({ train: known, test: await extractFeatures(encoder, validation, options) });
}
