import { InputError } from '@masked-distill/base';
import {
  MaskedAutoencoder,
  type MaskedAutoencoderConfig,
  VideoMaskedAutoencoder,
  type VideoMaskedAutoencoderConfig,
} from '@masked-distill/mae';
import { createRng, loadStateDict, type TensorData } from '@masked-distill/tensor-core';
import * as z from 'zod';
import type { Autoencoder } from './autoencoder.ts';

/** Key under which a model's description stands in the metadata of its safetensors file. */
export const DESCRIPTION_KEY = 'masked-distill';

const count = z.number().int().positive();
const grid = z.object({ h: count, w: count });
const transformer = { width: count, depth: count, heads: count };
const mlpRatio = z.number().positive().optional();
const rgb = z.tuple([z.number(), z.number(), z.number()]);
const normalization = z.object({ mean: rgb, std: rgb });
const imageSchema = z.object({
  architecture: z.literal('masked-autoencoder'),
  model: z.object({
    encoder: z.object({ ...transformer, imageSize: grid, patch: grid, mlpRatio, classToken: z.boolean().optional() }),
    decoder: z.object(transformer),
    normPixLoss: z.boolean().optional(),
  }),
  normalization,
});
const videoSchema = z.object({
  architecture: z.literal('video-masked-autoencoder'),
  model: z.object({
    encoder: z.object({
      ...transformer,
      frames: count,
      imageSize: grid,
      patch: z.object({ t: count, h: count, w: count }),
      mlpRatio,
    }),
    decoder: z.object(transformer),
    normPixLoss: z.boolean().optional(),
  }),
  normalization,
});
const descriptionSchema = z.discriminatedUnion('architecture', [imageSchema, videoSchema]);

/** What a checkpoint says of its model: enough to build it again, and to prepare images or clips for it. */
export type ModelDescription = z.infer<typeof descriptionSchema>;

/** Whether a description is of a model of clips. */
export const isVideoModel = (description: ModelDescription): description is z.infer<typeof videoSchema> =>
  description.architecture === 'video-masked-autoencoder';

/** The description that is stored with a model's weights. */
export function describeModel(
  model: Autoencoder,
  normalization: { readonly mean: readonly number[]; readonly std: readonly number[] },
): ModelDescription {
  const architecture = model instanceof VideoMaskedAutoencoder ? 'video-masked-autoencoder' : 'masked-autoencoder';
  return descriptionSchema.parse({ architecture, model: model.config, normalization });
}

/**
 * Finds the description in a file's metadata.
 *
 * @param source the file, for the message
 * @throws InputError when there is none, or it is not one of ours
 */
export function parseDescription(metadata: Readonly<Record<string, string>>, source: string): ModelDescription {
  const text = metadata[DESCRIPTION_KEY];
  if (text === undefined) {
    throw new InputError(
      `checkpoint: ${source} does not say which model it holds; give a checkpoint written by masked-distill pretrain`,
    );
  }
  try {
    return descriptionSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InputError(
      `checkpoint: ${source} describes a model this version can't build; use the version that wrote it`,
      { cause },
    );
  }
}

/** Builds the model that a description names, and gives it weights. */
export function buildModel(
  description: ModelDescription,
  { tensors, source }: { tensors: ReadonlyMap<string, TensorData>; source: string },
): Autoencoder {
  const built = fresh(description);
  try {
    loadStateDict(built.namedVariables(), tensors, { source });
  } catch (error) {
    built.dispose();
    throw error;
  }
  return built;
}

function fresh(description: ModelDescription): Autoencoder {
  const rng = createRng(0);
  if (!isVideoModel(description)) return new MaskedAutoencoder(description.model as MaskedAutoencoderConfig, { rng });
  const { mean, std } = description.normalization;
  return new VideoMaskedAutoencoder({ ...(description.model as VideoMaskedAutoencoderConfig), mean, std }, { rng });
}
