import { InputError } from '@masked-distill/base';
import type { LazyTensor } from '@masked-distill/tensor-core';
import type { EncoderWeights } from './find-encoder.ts';
import { qkvBias } from './qkv-biases.ts';
import type { ForeignEncoder } from './to-transformers.ts';

/** Options of {@link toTimm}. */
export interface ToTimmOptions {
  /** How images are normalised, (value / 255 − mean) / std, each of red, green and blue. */
  normalization: {
    /** What is taken off. */
    readonly mean: readonly number[];
    /** What is divided by. */
    readonly std: readonly number[];
  };
}

/**
 * An image encoder as `timm.create_model` takes it: this project's names, and a configuration that names timm's ViT with the sizes that
 * differ.
 *
 * @throws InputError when timm has no such model: clips; heads unknown
 */
export function toTimm(weights: EncoderWeights, { normalization }: ToTimmOptions): ForeignEncoder {
  const { source, description } = weights;
  const { kind, width, depth, heads, mlpRatio, patch, classToken, finalNorm, qkvBias: biases } = description;
  if (kind === 'video') {
    throw new InputError(`weights: timm has no model of clips, as ${source} holds; export it as hf or safetensors`);
  }
  if (heads === undefined || patch.h !== patch.w) {
    const what = heads === undefined ? 'its number of attention heads is not known' : 'its patches are not square';
    throw new InputError(`weights: timm has no model for ${source}: ${what}; export it as safetensors`);
  }
  const tensors = new Map<string, LazyTensor>();
  for (const [name, tensor] of weights.tensors) if (!/attn\.[qv]_bias$/.test(name)) tensors.set(name, tensor);
  for (let i = 0; biases === 'no-k' && i < depth; i++) {
    const name = `blocks.${i}.attn.qkv.bias`;
    tensors.set(name, qkvBias(name, weights.tensors)!);
  }
  // Without a class token there is none to pool, and averaging would move the norm behind it.
  const pooling = classToken ? 'token' : '';
  const size = [description.grid!.h * patch.h, description.grid!.w * patch.w];
  return {
    tensors,
    config: {
      architecture: 'vit_base_patch16_224',
      num_classes: 0,
      num_features: width,
      global_pool: pooling,
      model_args: {
        global_pool: pooling,
        img_size: size,
        patch_size: patch.h,
        embed_dim: width,
        depth,
        num_heads: heads,
        mlp_ratio: mlpRatio,
        qkv_bias: biases !== 'none',
        class_token: classToken,
        ...(finalNorm ? {} : { final_norm: false }),
      },
      pretrained_cfg: {
        custom_load: false,
        input_size: [3, ...size],
        fixed_input_size: true,
        interpolation: 'bicubic',
        crop_pct: 0.875,
        crop_mode: 'center',
        mean: [...normalization.mean],
        std: [...normalization.std],
        num_classes: 0,
        first_conv: 'patch_embed.proj',
        classifier: 'head',
      },
    },
  };
}
