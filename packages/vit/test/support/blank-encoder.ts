import { type LazyTensor, tensorData } from '@masked-distill/tensor-core';
import { noise } from './random-model.ts';
import { lazily } from './weight-files.ts';

/** An encoder's tensors under this project's names, in numbers of their own; patches of 4 px, cubes of 2 frames. */
export function blankEncoder({
  kind,
  width,
  depth,
  grid = [2, 2],
}: {
  kind: 'image' | 'video';
  width: number;
  depth: number;
  grid?: [number, number];
}): Map<string, LazyTensor> {
  const video = kind === 'video';
  const linear = (name: string, outputs: number, inputs: number): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const norm = (name: string): [string, number[]][] => [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
  const shapes: [string, number[]][] = [
    ...(video
      ? []
      : ([
          ['cls_token', [1, 1, width]],
          ['pos_embed', [1, 1 + grid[0] * grid[1], width]],
        ] as [string, number[]][])),
    ['patch_embed.proj.weight', video ? [width, 3, 2, 4, 4] : [width, 3, 4, 4]],
    ['patch_embed.proj.bias', [width]],
    ...Array.from({ length: depth }, (_, i) => `blocks.${i}`).flatMap((block) => [
      ...norm(`${block}.norm1`),
      [`${block}.attn.qkv.weight`, [3 * width, width]] as [string, number[]],
      ...(video
        ? ([
            [`${block}.attn.q_bias`, [width]],
            [`${block}.attn.v_bias`, [width]],
          ] as [string, number[]][])
        : ([[`${block}.attn.qkv.bias`, [3 * width]]] as [string, number[]][])),
      ...linear(`${block}.attn.proj`, width, width),
      ...norm(`${block}.norm2`),
      ...linear(`${block}.mlp.fc1`, 4 * width, width),
      ...linear(`${block}.mlp.fc2`, width, 4 * width),
    ]),
    ...norm('norm'),
  ];
  return lazily(new Map(shapes.map(([name, shape]) => [name, tensorData(noise(shape, name), shape)])));
}

/**
 * The same tensors as transformers names and splits them, by a table of this test's own (from modeling_vit.py and modeling_videomae.py of
 * transformers 4).
 */
export function transformersNames(encoder: ReadonlyMap<string, LazyTensor>, prefix: string): Map<string, LazyTensor> {
  const result = new Map<string, LazyTensor>();
  const table: [RegExp, string][] = [
    [/^cls_token$/, 'embeddings.cls_token'],
    [/^pos_embed$/, 'embeddings.position_embeddings'],
    [/^patch_embed\.proj/, 'embeddings.patch_embeddings.projection'],
    [/^norm\./, 'layernorm.'],
    [/^blocks/, 'encoder.layer'],
    [/norm1/, 'layernorm_before'],
    [/norm2/, 'layernorm_after'],
    [/attn\.proj/, 'attention.output.dense'],
    [/attn\.(.)_bias/, 'attention.attention.$1_bias'],
    [/mlp\.fc1/, 'intermediate.dense'],
    [/mlp\.fc2/, 'output.dense'],
  ];
  for (const [name, tensor] of encoder) {
    const renamed = prefix + table.reduce((text, [from, to]) => text.replace(from, to), name);
    if (!name.includes('attn.qkv.')) {
      result.set(renamed, tensor);
      continue;
    }
    ['query', 'key', 'value'].forEach((part, i) => {
      const shape = [tensor.shape[0]! / 3, ...tensor.shape.slice(1)];
      const read = async () => {
        const { dtype, bytes } = await tensor.read();
        return { dtype, shape, bytes: bytes.slice((i * bytes.length) / 3, ((i + 1) * bytes.length) / 3) };
      };
      result.set(renamed.replace('attn.qkv', `attention.attention.${part}`), { dtype: tensor.dtype, shape, read });
    });
  }
  return result;
}
