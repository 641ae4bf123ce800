import { InputError } from '@masked-distill/base';
import type { LazyTensor } from '@masked-distill/tensor-core';
import { checkShapes } from './check-shapes.ts';
import { type EncoderDescription, type EncoderHints, gridOf, headsOf } from './encoder-description.ts';
import { concatRows } from './lazy-rows.ts';
import { fromTransformersName, qkvParts, toTransformersNames } from './transformers-names.ts';
import { namingTitles, type RecognizedNaming, recognizeNaming, type WeightNaming } from './weight-naming.ts';

/** The encoder of a file, under this project's names, whoever wrote it. */
export interface EncoderWeights {
  /** What messages call the file. */
  readonly source: string;
  /** Whose names it bears. */
  readonly naming: WeightNaming;
  /** What the encoder is. */
  readonly description: EncoderDescription;
  /**
   * Its tensors: `cls_token`, `pos_embed`, `patch_embed.proj.*`, `blocks.{i}.…`, `norm.*`; `attn.qkv.bias` or `attn.q_bias` and
   * `attn.v_bias`, as the file has them. Read when asked.
   */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Tensors of the file with another purpose, by the file's names: heads, decoders, projections, generators. */
  readonly headDropped: readonly string[];
  /** Tensors of the file that nothing is known of, by the file's names. */
  readonly unused: readonly string[];
}

/** Options of {@link findEncoder}. */
export interface FindEncoderOptions {
  /** What error messages call the file. Default 'the checkpoint'. */
  source?: string;
  /** What is known of the encoder from elsewhere. */
  hints?: EncoderHints;
}

const OUTSIDE_BLOCKS = ['cls_token', 'pos_embed', 'patch_embed.proj.weight', 'patch_embed.proj.bias'] as const;
const NORM = ['norm.weight', 'norm.bias'] as const;
const QKV_BIASES = ['attn.qkv.bias', 'attn.q_bias', 'attn.v_bias'] as const;
const IN_BLOCKS = [
  ...['norm1', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2'].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
  'attn.qkv.weight',
];

/** What stands beside encoders and is not needed of them. */
const HEADS =
  /(^|\.)(head|fc_norm|classifier|pooler|mask_token|decoder|decoder_\w+|encoder_to_decoder|projection_heads|generators|generator_mask_tokens)(\.|$)/;

/** What changes an encoder's output and no model of this project has. */
const FOREIGN =
  /^((blocks|encoder\.layer)\.|norm_pre\.|patch_embed\.|(embeddings\.)?(reg_token|dist_token|register_tokens|distillation_token)|embeddings\.)/;

/**
 * Finds the encoder among the tensors of a file: tells by their names and shapes who wrote it and what it is, and gives its tensors
 * this project's names. Nothing is read but what the file's directory says.
 *
 * @throws InputError when there is no known encoder, more than one, one that is not whole, or one of another architecture
 *
 * @example
 * ```ts
 * const file = await openCheckpoint('mae_pretrain_vit_base.pth');
 * const { naming, description } = findEncoder(file.tensors); // 'timm', { width: 768, depth: 12, … }
 * ```
 */
export function findEncoder(
  tensors: ReadonlyMap<string, LazyTensor>,
  { source = 'the checkpoint', hints }: FindEncoderOptions = {},
): EncoderWeights {
  const recognized = recognize(tensors, source);
  const sorted = sortTensors(tensors, recognized, source);
  const description = describe(sorted.encoder, { ...recognized, source, hints });
  checkShapes(sorted.encoder, { description, source });
  return {
    source,
    naming: recognized.naming,
    description,
    tensors: sorted.encoder,
    headDropped: sorted.headDropped,
    unused: sorted.unused,
  };
}

/** Whose names each encoder among these tensors bears, whole or not; none where no names are known. */
export function namingsOf(tensors: ReadonlyMap<string, Pick<LazyTensor, 'shape'>>): WeightNaming[] {
  return recognizeAll(tensors).map(({ naming }) => naming);
}

function recognizeAll(tensors: ReadonlyMap<string, Pick<LazyTensor, 'shape'>>): RecognizedNaming[] {
  const video = [...tensors].some(
    ([name, { shape }]) => /(patch_embed\.proj|patch_embeddings\.projection)\.weight$/.test(name) && shape.length === 5,
  );
  return recognizeNaming(tensors.keys(), { video });
}

function recognize(tensors: ReadonlyMap<string, LazyTensor>, source: string): RecognizedNaming {
  const found = recognizeAll(tensors);
  if (found.length > 1) {
    const prefixes = found.map(({ prefix }) => `"${prefix}"`).join(' and ');
    throw new InputError(
      `weights: ${source} holds more than one encoder (${prefixes}); save the one that is meant alone`,
    );
  }
  if (!found[0]) {
    const begins = [...new Set([...tensors.keys()].map((name) => name.split('.')[0]!))].slice(0, 4).join(', ');
    throw new InputError(
      `weights: ${source} holds no encoder that is known, its names begin with ${begins}; give weights named as by MAE, timm, VideoMAE, AMD, or transformers' ViT, ViTMAE or VideoMAE`,
    );
  }
  return found[0];
}

function sortTensors(
  tensors: ReadonlyMap<string, LazyTensor>,
  { prefix, spelling, naming }: RecognizedNaming,
  source: string,
) {
  const parts = new Map<string, (LazyTensor | undefined)[]>();
  const headDropped: string[] = [];
  const unused: string[] = [];
  for (const [name, tensor] of tensors) {
    const within = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
    const found =
      within === undefined ? undefined : spelling === 'timm' ? fromTimmName(within) : fromTransformersName(within);
    if (found) {
      const list = parts.get(found.name) ?? [];
      list[found.part ?? 0] = tensor;
      parts.set(found.name, list);
    } else if (HEADS.test(name)) headDropped.push(name);
    else if (within !== undefined && FOREIGN.test(within)) {
      throw new InputError(
        `weights: ${source} has ${name}, which no encoder of masked-distill has; give plain ViT weights (no layer scale, relative positions or registers)`,
      );
    } else unused.push(name);
  }
  const encoder = new Map<string, LazyTensor>();
  for (const [name, list] of parts) {
    const whole = spelling === 'transformers' && /\.attn\.qkv\./.test(name) ? qkvParts.map((_, i) => list[i]) : list;
    const lacking = whole.indexOf(undefined);
    if (lacking >= 0) throw notWhole([`${prefix}${toTransformersNames(name)[lacking]}`], { source, naming });
    encoder.set(name, whole.length > 1 ? concatRows(whole as LazyTensor[], name) : whole[0]!);
  }
  const fileName = (name: string) => prefix + (spelling === 'timm' ? name : toTransformersNames(name)[0]);
  const missing = missingNames(encoder).map(fileName);
  if (missing.length > 0) throw notWhole(missing, { source, naming });
  return { encoder, headDropped, unused };
}

function fromTimmName(name: string): { name: string; part?: number } | undefined {
  const within = name.match(/^blocks\.\d+\.(.*)$/)?.[1];
  const known: readonly string[] = within === undefined ? [...OUTSIDE_BLOCKS, ...NORM] : [...IN_BLOCKS, ...QKV_BIASES];
  return known.includes(within ?? name) ? { name } : undefined;
}

/** What an encoder with these tensors lacks, by this project's names. */
function missingNames(encoder: ReadonlyMap<string, LazyTensor>): string[] {
  const names = [...encoder.keys()];
  const depth = depthOf(names);
  const somewhere = (bias: string) => names.some((name) => name.endsWith(bias));
  const biases = QKV_BIASES.filter(somewhere);
  if (biases.length === 1 && biases[0] !== 'attn.qkv.bias')
    biases.push(biases[0] === 'attn.q_bias' ? 'attn.v_bias' : 'attn.q_bias');
  const video = encoder.get('patch_embed.proj.weight')?.shape.length === 5;
  const needed = [
    'patch_embed.proj.weight',
    'patch_embed.proj.bias',
    ...(video ? [] : ['pos_embed']),
    ...Array.from({ length: depth }, (_, i) => [...IN_BLOCKS, ...biases].map((name) => `blocks.${i}.${name}`)).flat(),
    ...(NORM.some((name) => encoder.has(name)) ? NORM : []),
  ];
  return needed.filter((name) => !encoder.has(name));
}

function depthOf(names: readonly string[]): number {
  return 1 + Math.max(-1, ...names.map((name) => Number(name.match(/^blocks\.(\d+)\./)?.[1] ?? -1)));
}

function notWhole(
  missing: readonly string[],
  { source, naming }: { source: string; naming: WeightNaming },
): InputError {
  const more = missing.length > 1 ? ` (nor ${missing.length - 1} more)` : '';
  return new InputError(
    `weights: ${source} is named as by ${namingTitles[naming]} but has no ${missing[0]}${more}, so its encoder is not whole; save or download it again`,
  );
}

function describe(
  encoder: ReadonlyMap<string, LazyTensor>,
  { naming, source, hints }: RecognizedNaming & { source: string; hints?: EncoderHints },
): EncoderDescription {
  const patchShape = encoder.get('patch_embed.proj.weight')!.shape;
  const [width, channels, ...extent] = patchShape as [number, number, ...number[]];
  if (channels !== 3 || extent.length < 2 || extent.length > 3) {
    throw new InputError(
      `weights: patch_embed.proj.weight is [${patchShape}] in ${source}; an encoder takes three channels, [D, 3, h, w] or [D, 3, t, h, w]`,
    );
  }
  const [w, h, t = 1] = extent.reverse() as [number, number, number?];
  const depth = depthOf([...encoder.keys()]);
  if (hints?.depth !== undefined && hints.depth > depth) {
    throw notWhole([`block ${depth} of ${hints.depth}`], { source, naming });
  }
  const patch = { t, h, w };
  const classToken = encoder.has('cls_token');
  const rows = encoder.get('pos_embed')?.shape[1];
  return {
    kind: extent.length === 3 ? 'video' : 'image',
    width,
    depth,
    ...headsOf(width, hints),
    mlpRatio: encoder.get('blocks.0.mlp.fc1.weight')!.shape[0]! / width,
    patch,
    grid: gridOf(rows === undefined ? undefined : rows - (classToken ? 1 : 0), { patch, hints }),
    classToken,
    qkvBias: encoder.has('blocks.0.attn.qkv.bias') ? 'full' : encoder.has('blocks.0.attn.q_bias') ? 'no-k' : 'none',
    storedPositions: rows !== undefined,
    finalNorm: encoder.has('norm.weight'),
  };
}
