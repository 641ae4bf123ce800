import { InputError } from '@masked-distill/base';
import { MaskedAutoencoder, type MaskedAutoencoderConfig } from '@masked-distill/mae';
import { createRng, loadStateDict, type TensorData } from '@masked-distill/tensor-core';
import * as z from 'zod';

/** Key under which a model's description stands in the metadata of its safetensors file. */
export const DESCRIPTION_KEY = 'masked-distill';

const count = z.number().int().positive();
const grid = z.object({ h: count, w: count });
const transformer = { width: count, depth: count, heads: count };
const descriptionSchema = z.object({
  architecture: z.literal('masked-autoencoder'),
  model: z.object({
    encoder: z.object({
      ...transformer,
      imageSize: grid,
      patch: grid,
      mlpRatio: z.number().positive().optional(),
      classToken: z.boolean().optional(),
    }),
    decoder: z.object(transformer),
    normPixLoss: z.boolean().optional(),
  }),
  normalization: z.object({ mean: z.array(z.number()).length(3), std: z.array(z.number()).length(3) }),
});

/** What a checkpoint says of its model: enough to build it again, and to prepare images for it. */
export type ModelDescription = z.infer<typeof descriptionSchema>;

/** The description that is stored with a model's weights. */
export function describeModel(
  model: MaskedAutoencoder,
  normalization: { readonly mean: readonly number[]; readonly std: readonly number[] },
): ModelDescription {
  return descriptionSchema.parse({ architecture: 'masked-autoencoder', model: model.config, normalization });
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
  { model }: ModelDescription,
  { tensors, source }: { tensors: ReadonlyMap<string, TensorData>; source: string },
): MaskedAutoencoder {
  const built = new MaskedAutoencoder(model as MaskedAutoencoderConfig, { rng: createRng(0) });
  try {
    loadStateDict(built.namedVariables(), tensors, { source });
  } catch (error) {
    built.dispose();
    throw error;
  }
  return built;
}
