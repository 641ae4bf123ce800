import { InputError } from '@masked-distill/base';
import { type LazyTensor, toFloat32 } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from '../backbone.ts';
import { type ClipTable, clipTable, sincos2d } from '../position-tables.ts';
import type { EncoderDescription } from './encoder-description.ts';
import type { EncoderWeights } from './find-encoder.ts';
import { qkvBias } from './qkv-biases.ts';
import { resizePositions } from './resize-positions.ts';
import type { WeightNaming } from './weight-naming.ts';

/** What {@link loadEncoder} did. */
export interface EncoderLoadReport {
  /** Whose names the file bears. */
  readonly naming: WeightNaming;
  /** Variables of the model that took their values from the file. */
  readonly mapped: readonly string[];
  /** Variables that the file has nothing for; they keep their values. Only a final norm or a fixed position table can be among them. */
  readonly missing: readonly string[];
  /** Tensors of the file's encoder that the model has no place for, and those that nothing is known of. */
  readonly unused: readonly string[];
  /** Tensors of the file with another purpose: heads, decoders, projections, generators. */
  readonly headDropped: readonly string[];
  /** Position tables that were interpolated for another grid. */
  readonly interpolated: readonly string[];
  /** What was done beyond copying, a sentence each. */
  readonly notes: readonly string[];
}

/** How far a stored table may be from the one that its formula gives and still count as that one. */
const SAME_TABLE = 1e-4;

/**
 * Gives an encoder the weights of a file, one tensor at a time. The position table is interpolated where the grids differ
 * ({@link resizePositions}); a fixed table is not: it is computed anew for the model's grid. Biases of queries, keys and values fit
 * whichever of the two ways file and model have them.
 *
 * Nothing is changed unless names and shapes fit; after an error from within a tensor (a number that is not finite, a file that was cut
 * off meanwhile) the encoder is partly loaded and not to be used.
 *
 * @param backbone an encoder with the names of this project, such as {@link ImageEncoder}
 * @throws InputError when the file's encoder is of another architecture, or holds NaN or infinity
 */
export async function loadEncoder(backbone: Backbone, weights: EncoderWeights): Promise<EncoderLoadReport> {
  const { source, tensors, description } = weights;
  checkArchitecture(backbone, weights);
  const plan = new Map<string, LazyTensor>();
  const missing: string[] = [];
  const notes: string[] = [];
  const variables = backbone.namedVariables();
  for (const [name, variable] of variables) {
    const found = tensors.get(name) ?? qkvBias(name, tensors);
    if (found) plan.set(name, found);
    else if (/^norm\.|^pos_embed$/.test(name)) missing.push(name);
    else throw new InputError(`weights: ${source} has no ${name}, which the model has; choose a model like the file's`);
    if (found && name !== 'pos_embed' && `${found.shape}` !== `${variable.shape}`) {
      throw new InputError(
        `weights: ${name} is [${found.shape}] in ${source} and [${variable.shape}] in the model; choose the model's sizes to match`,
      );
    }
  }
  const biases = [...variables.keys()].some((name) => name.endsWith('attn.qkv.bias')) ? 'full' : 'no-k';
  if (biases !== description.qkvBias) notes.push(biasNote(description.qkvBias, biases));
  if (missing.includes('norm.weight')) notes.push('the file has no final norm; the model keeps its own');

  const positions = await planPositions(backbone, weights);
  notes.push(...positions.notes);
  for (const [name, tensor] of plan) {
    const values = name === 'pos_embed' ? positions.values : await readFinite(tensor, { name, source });
    if (values) tf.tidy(() => variables.get(name)!.assign(tf.tensor(values, variables.get(name)!.shape, 'float32')));
  }
  const unplaced = [...tensors.keys()].filter(
    (name) => !variables.has(name) && !/attn\.(qkv\.bias|[qv]_bias)$/.test(name),
  );
  return {
    naming: weights.naming,
    mapped: [...plan.keys()].filter((name) => name !== 'pos_embed' || positions.values !== undefined),
    missing: positions.keepsOwn ? [...missing, 'pos_embed'] : missing,
    unused: [...unplaced, ...weights.unused],
    headDropped: weights.headDropped,
    interpolated: positions.interpolated ? ['pos_embed'] : [],
    notes,
  };
}

function checkArchitecture(backbone: Backbone, { source, description }: EncoderWeights): void {
  const has = backbone.namedVariables();
  const hidden = has.get('blocks.0.mlp.fc1.weight')?.shape[0] ?? Number.NaN;
  const model = {
    kind: has.get('patch_embed.proj.weight')?.shape.length === 5 ? 'video' : 'image',
    width: backbone.width,
    depth: backbone.depth,
    mlpRatio: hidden / backbone.width,
    patch: backbone.patch,
    classToken: backbone.prefixTokens > 0,
  } as const;
  const [theirs, ours] = [describeSize(description), describeSize(model)];
  if (theirs === ours) return;
  throw new InputError(
    `weights: ${source} holds an encoder of ${theirs}, and the model has one of ${ours}; choose sizes that match`,
  );
}

/** The sizes that must agree, in words. */
function describeSize(
  encoder: Pick<EncoderDescription, 'kind' | 'width' | 'depth' | 'mlpRatio' | 'patch' | 'classToken'>,
): string {
  const { kind, width, depth, mlpRatio, patch, classToken } = encoder;
  const pixels = kind === 'video' ? `${patch.t}x${patch.h}x${patch.w}` : `${patch.h}x${patch.w}`;
  const token = classToken ? 'with' : 'without';
  const mlp = mlpRatio === 4 ? '' : `, MLP ratio ${mlpRatio}`;
  return `width ${width}, depth ${depth}, ${kind} patches of ${pixels}${mlp}, ${token} a class token`;
}

function biasNote(file: EncoderDescription['qkvBias'], model: 'full' | 'no-k'): string {
  if (file === 'full') return "the keys' bias was dropped, which changes no output";
  if (file === 'none') return 'the file has no bias of queries, keys and values; the model has zeros';
  return model === 'full' ? "the file has no bias of the keys; the model's is zeros" : '';
}

interface PositionPlan {
  values?: Float32Array;
  interpolated: boolean;
  keepsOwn: boolean;
  notes: string[];
}

/** What becomes of the position table. */
async function planPositions(backbone: Backbone, weights: EncoderWeights): Promise<PositionPlan> {
  const { tensors, description, source } = weights;
  const stored = tensors.get('pos_embed');
  const variable = backbone.namedVariables().get('pos_embed');
  const { width, grid, prefixTokens } = backbone;
  const own = { interpolated: false, keepsOwn: false, notes: [] };
  const ofModel = variable ? formulaOf(await variable.data<'float32'>(), { ...description, grid }) : 'sinusoid';
  if (!stored) {
    if (ofModel !== 'sincos-3d') return own;
    throw new InputError(
      `weights: ${source} has VideoMAE's positions, and the model's are others; choose a model whose positions are 'sinusoid'`,
    );
  }
  const values = await readFinite(stored, { name: 'pos_embed', source });
  const from = description.grid!;
  const formula = formulaOf(values, description);
  if (!variable) {
    if (formula === ofModel) return own;
    throw new InputError(
      `weights: ${source} has a position table of its own, and the model's is fixed; choose a model whose positions are ${formula ? `'${formula}'` : "'learned'"}`,
    );
  }
  const [stands, wanted] = [from, grid].map(({ t, h, w }) => `${t}x${h}x${w}`);
  if (stands === wanted) return { ...own, values };
  if (formula && formula === ofModel && !variable.trainable) {
    return {
      ...own,
      keepsOwn: true,
      notes: [`positions were computed for the grid ${wanted}; the file's are for ${stands}`],
    };
  }
  return {
    values: resizePositions(values, { from, to: grid, width, prefixTokens }),
    interpolated: true,
    keepsOwn: false,
    notes: [`positions were interpolated from the grid ${stands} to ${wanted}`],
  };
}

/** The formula that gives a table for its grid, unless it was trained. */
function formulaOf(
  values: Float32Array,
  { kind, width, grid, classToken }: Pick<EncoderDescription, 'kind' | 'width' | 'grid' | 'classToken'>,
): 'sincos-2d' | ClipTable | undefined {
  const isBy = (table: Float32Array) =>
    table.length === values.length && table.every((value, i) => Math.abs(value - values[i]!) < SAME_TABLE);
  if (kind === 'image') {
    return isBy(sincos2d(width, grid!, { prefixTokens: Number(classToken) })) ? 'sincos-2d' : undefined;
  }
  return (['sinusoid', 'sincos-3d'] as const).find((name) => isBy(clipTable(name, { grid: grid!, width })));
}

async function readFinite(
  tensor: LazyTensor,
  { name, source }: { name: string; source: string },
): Promise<Float32Array> {
  const values = toFloat32(await tensor.read());
  // A sum is finite unless an element is not, or the sum overflows, which weights don't; float64 has room for 2^896 of the largest.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  if (Number.isFinite(sum)) return values;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new InputError(
    `weights: ${name} holds ${values[at]} in ${source} (element ${at} of ${values.length}); the file is damaged or its training diverged, use another`,
  );
}
