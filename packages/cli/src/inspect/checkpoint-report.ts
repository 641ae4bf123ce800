import { stat } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { type CheckpointFile, type Dtype, elementCount, openCheckpoint } from '@masked-distill/tensor-core';
import type { SkippedCheckpoint } from '@masked-distill/train';
import { type EncoderDescription, findEncoder, namingsOf, type WeightNaming } from '@masked-distill/vit';
import * as z from 'zod';
import type { Environment } from '../environment.ts';
import { DESCRIPTION_KEY, type ModelDescription, parseDescription } from '../tasks/model-description.ts';
import { readHints } from '../weights/encoder-hints.ts';
import { parseJson } from '../weights/parse-json.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';

/** The encoder in a file of weights, and what would be left behind of the file when it is loaded. */
export interface FoundEncoder extends EncoderDescription {
  /** Whose names the file bears. */
  readonly naming: WeightNaming;
  /** How many tensors are the encoder's, after those that belong together are joined. */
  readonly mapped: number;
  /** Tensors with another purpose. */
  readonly headDropped: readonly string[];
  /** Tensors that nothing is known of. */
  readonly unused: readonly string[];
}

/** What a checkpoint holds. */
export interface CheckpointReport {
  /** Tells it from a report on images. */
  readonly kind: 'checkpoint';
  /** The path that was asked for. */
  readonly path: string;
  /** The file of weights that it means. */
  readonly file: string;
  /** Its format. */
  readonly format: CheckpointFile['format'];
  /** Its length. */
  readonly bytes: number;
  /** Steps trained, where the file belongs to a run's checkpoint. */
  readonly step?: number;
  /** Newer checkpoints of the run that are damaged. */
  readonly skipped: readonly SkippedCheckpoint[];
  /** The model, where the file describes one of ours. */
  readonly model?: ModelDescription;
  /** Why there is no `model` although the file describes one. */
  readonly modelProblem?: string;
  /** What else of ours the file describes: `image classifier`, `encoder`. */
  readonly otherModel?: string;
  /** The encoder, where its names are known and it is whole. */
  readonly encoder?: FoundEncoder;
  /** Why there is no `encoder` although its names are known. */
  readonly encoderProblem?: string;
  /** Numbers in all tensors. */
  readonly parameters: number;
  /** Those of them in position tables that are not trained; 0 where the model is unknown. */
  readonly fixedParameters: number;
  /** What all tensors' names begin with, such as `videomae.`; often empty. */
  readonly prefix: string;
  /** The tensors by the first part of their names after the prefix, in the file's order. */
  readonly modules: readonly { readonly name: string; readonly tensors: number; readonly parameters: number }[];
  /** The tensors in the file's order. */
  readonly tensors: readonly { readonly name: string; readonly dtype: Dtype; readonly shape: readonly number[] }[];
  /** The file's free text, the model's description left out. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Every model of ours has one of them. */
const ANY_WEIGHTS = ['patch_embed.proj.weight', 'encoder.patch_embed.proj.weight'];
/** Models of ours that are more, or less, than a masked autoencoder. */
const OTHER_MODELS = {
  encoder: 'encoder',
  'image-classifier': 'image classifier',
  'video-classifier': 'video classifier',
  'action-detector': 'action detector',
} as const;
const otherSchema = z.object({
  architecture: z.enum(['encoder', 'image-classifier', 'video-classifier', 'action-detector']),
});
const FIXED_TABLES = ['pos_embed', 'decoder_pos_embed'] as const;

/**
 * Looks into the weights that a path means; of the file itself only its directory is read.
 *
 * @throws InputError when there are none, or they are damaged
 */
export async function reportCheckpoint(
  path: string,
  environment: Pick<Environment, 'stderr' | 'now'>,
): Promise<CheckpointReport> {
  const { path: modelFile, step, skipped } = await resolveWeights(path, { environment });
  const { size } = await stat(modelFile);
  const file = await openCheckpoint(modelFile);
  await file.close();
  const tensors = [...file.tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const { [DESCRIPTION_KEY]: _, ...metadata } = file.metadata;
  const described = describedModel(file, modelFile);
  const { model } = described;
  const tables = tensors.filter(({ name }) => model !== undefined && FIXED_TABLES.some((table) => table === name));
  const prefix = commonPrefix(tensors.map(({ name }) => name));
  return {
    kind: 'checkpoint',
    path,
    file: modelFile,
    format: file.format,
    bytes: size,
    step,
    skipped,
    ...described,
    ...(await findEncoderOf(file, modelFile)),
    parameters: countParameters(tensors),
    fixedParameters: countParameters(tables),
    prefix,
    modules: groupByModule(tensors, prefix),
    tensors,
    metadata,
  };
}

/** The model that a file describes and holds; the optimiser's file beside it describes the same one. */
function describedModel(
  file: CheckpointFile,
  source: string,
): Pick<CheckpointReport, 'model' | 'modelProblem' | 'otherModel'> {
  const text = file.metadata[DESCRIPTION_KEY];
  if (text === undefined) return {};
  const other = otherSchema.safeParse(parseJson(text));
  if (other.success) return { otherModel: OTHER_MODELS[other.data.architecture] };
  try {
    const model = parseDescription(file.metadata, source);
    if (ANY_WEIGHTS.some((name) => file.tensors.has(name))) return { model };
    return { modelProblem: 'its weights are not in this file, which only belongs to it' };
  } catch {
    return { modelProblem: "described in a way this version can't read; use the version that wrote it" };
  }
}

async function findEncoderOf(
  file: CheckpointFile,
  source: string,
): Promise<Pick<CheckpointReport, 'encoder' | 'encoderProblem'>> {
  if (namingsOf(file.tensors).length === 0) return {};
  try {
    const hints = await readHints(source, file.metadata);
    const { naming, description, tensors, headDropped, unused } = findEncoder(file.tensors, { source, hints });
    return { encoder: { naming, ...description, mapped: tensors.size, headDropped, unused } };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { encoderProblem: error.message.replace(/^weights: /, '') };
  }
}

type Tensors = CheckpointReport['tensors'];

const countParameters = (tensors: Tensors) => tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);

/** The whole parts, up to a dot, that all names begin with; the last part of a name never counts. */
function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let prefix = '';
  for (const part of first.split('.').slice(0, -1)) {
    if (!others.every((name) => name.startsWith(`${prefix}${part}.`))) break;
    prefix += `${part}.`;
  }
  return prefix;
}

function groupByModule(tensors: Tensors, prefix: string): CheckpointReport['modules'] {
  const groups = new Map<string, Tensors[number][]>();
  for (const tensor of tensors) {
    const [name] = tensor.name.slice(prefix.length).split('.', 1) as [string];
    groups.set(name, [...(groups.get(name) ?? []), tensor]);
  }
  return [...groups].map(([name, some]) => ({ name, tensors: some.length, parameters: countParameters(some) }));
}
