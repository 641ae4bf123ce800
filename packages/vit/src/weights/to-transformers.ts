import { InputError } from '@masked-distill/base';
import type { LazyTensor } from '@masked-distill/tensor-core';
import type { EncoderDescription } from './encoder-description.ts';
import type { EncoderWeights } from './find-encoder.ts';
import { sliceRows } from './lazy-rows.ts';
import { qkvBias } from './qkv-biases.ts';
import { toTransformersNames } from './transformers-names.ts';

/** Weights under another library's names, with that library's `config.json`. */
export interface ForeignEncoder {
  /** The tensors, read when asked. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** What the library builds the model by; JSON. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** One number where both are the same, as most configurations have it. */
const side = ({ h, w }: { h: number; w: number }) => (h === w ? h : [h, w]);

/**
 * An encoder as transformers' `AutoModel.from_pretrained` takes it: images as `ViTModel` (`ViTMAEModel` would hide patches whenever it
 * runs), clips as `VideoMAEModel`. Biases of queries, keys and values become what these have; nothing else changes.
 *
 * @throws InputError when transformers has no such model: images without a class token or without a final norm, clips
 * with a class token or a position table of their own, a cube of other than square
 * patches, heads or grid unknown
 */
export function toTransformers(weights: EncoderWeights): ForeignEncoder {
  const { description } = weights;
  const video = description.kind === 'video';
  checkModelExists(weights, video);
  const { depth, qkvBias: biases } = description;
  const attention = Array.from({ length: depth }, (_, i) => `blocks.${i}.attn.`);
  const biasNames = biases === 'none' ? [] : video ? ['q_bias', 'v_bias'] : ['qkv.bias'];
  const ours = new Map<string, LazyTensor>();
  for (const [name, tensor] of weights.tensors) {
    if (!/attn\.(qkv\.bias|[qv]_bias)$/.test(name)) ours.set(name, tensor);
  }
  for (const name of attention.flatMap((prefix) => biasNames.map((bias) => prefix + bias))) {
    ours.set(name, qkvBias(name, weights.tensors)!);
  }
  const tensors = new Map<string, LazyTensor>();
  for (const [name, tensor] of ours) {
    const theirs = toTransformersNames(name);
    const rows = tensor.shape[0]! / theirs.length;
    theirs.forEach((each, i) => {
      tensors.set(each, theirs.length === 1 ? tensor : sliceRows(tensor, i * rows, (i + 1) * rows));
    });
  }
  return { tensors, config: configOf(description) };
}

function checkModelExists({ source, description }: EncoderWeights, video: boolean): void {
  const { heads, grid, classToken, finalNorm, storedPositions } = description;
  const refuse = (what: string) => {
    throw new InputError(`weights: transformers has no model for ${source}: ${what}; export it as safetensors`);
  };
  if (heads === undefined) refuse('its number of attention heads is not known');
  if (grid === undefined) refuse("its input's size is not known");
  if (video && classToken) refuse('it is of clips and has a class token');
  if (video && storedPositions) refuse('it is of clips and has positions of its own');
  if (!video && !classToken) refuse('it is of images and has no class token');
  if (!video && !finalNorm) refuse('it is of images and has no final norm');
}

function configOf(description: EncoderDescription): Record<string, unknown> {
  const { kind, width, depth, heads, mlpRatio, patch, qkvBias: biases, finalNorm } = description;
  const grid = description.grid!;
  const video = kind === 'video';
  return {
    architectures: [video ? 'VideoMAEModel' : 'ViTModel'],
    model_type: video ? 'videomae' : 'vit',
    attention_probs_dropout_prob: 0,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0,
    hidden_size: width,
    image_size: side({ h: grid.h * patch.h, w: grid.w * patch.w }),
    initializer_range: 0.02,
    intermediate_size: width * mlpRatio,
    layer_norm_eps: 1e-6,
    num_attention_heads: heads,
    num_channels: 3,
    num_hidden_layers: depth,
    patch_size: side(patch),
    qkv_bias: biases !== 'none',
    ...(video ? { num_frames: grid.t * patch.t, tubelet_size: patch.t, use_mean_pooling: !finalNorm } : {}),
    torch_dtype: 'float32',
  };
}
