import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LazyTensor, openCheckpoint, writeSafetensors } from '@masked-distill/tensor-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findEncoder, toTimm, toTransformers, vitSizes, type WeightNaming } from '../src/index.ts';
import { madeOnRead, maeShapes, writeTorchZip } from './support/large-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weights-round-trip-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

async function digests(tensors: ReadonlyMap<string, LazyTensor>): Promise<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, bytes } = await tensors.get(name)!.read();
    entries.push([name, `${dtype} [${shape}] ${createHash('sha256').update(bytes).digest('hex')}`]);
  }
  return Object.fromEntries(entries);
}

/** What VideoMAE's pre-training writes for clips: its own biases, cubes, no table and no class token. */
function videomaeShapes(size: { width: number; depth: number }): Map<string, number[]> {
  const { width } = size;
  const shapes = new Map<string, number[]>();
  for (const [name, shape] of maeShapes(size)) {
    if (/^(cls_token|pos_embed|decoder|mask_token)/.test(name)) continue;
    if (name.endsWith('attn.qkv.bias')) {
      for (const bias of ['q_bias', 'v_bias']) shapes.set(`encoder.${name.replace('qkv.bias', bias)}`, [width]);
    } else
      shapes.set(`encoder.${name}`, name.endsWith('proj.weight') && shape.length === 4 ? [width, 3, 2, 16, 16] : shape);
  }
  return shapes.set('encoder_to_decoder.weight', [384, width]).set('mask_token', [1, 1, 384]);
}

it.each(['small', 'base'] as const)(
  'ViT-%s comes back bit-equal from every naming and both kinds of file',
  async (name) => {
    const path = join(folder, name);
    const reopen = async (tensors: ReadonlyMap<string, LazyTensor>, kind: 'safetensors' | 'torch') => {
      await (kind === 'torch' ? writeTorchZip(path, tensors) : writeSafetensors(path, tensors));
      const file = await openCheckpoint(path);
      const hints = { from: 'the test', imageSize: { h: 224, w: 224 }, frames: 16 };
      const found = findEncoder(file.tensors, { hints });
      const digest = await digests(found.tensors);
      await file.close();
      return { naming: found.naming, heads: found.description.heads, digest };
    };
    const size = vitSizes[name];
    const hints = { from: 'the test', imageSize: { h: 224, w: 224 }, frames: 16 };
    for (const shapes of [maeShapes(size), videomaeShapes(size)]) {
      const video = shapes.has('encoder_to_decoder.weight');
      const tensors = madeOnRead(shapes);
      const found = findEncoder(tensors, { hints });
      const expected = await digests(found.tensors);
      expect(Object.keys(expected)).toHaveLength(video ? 2 + 12 * 13 + 2 : 4 + 12 * 12 + 2);
      const variants: [ReadonlyMap<string, LazyTensor>, WeightNaming][] = [
        [tensors, video ? 'videomae-pretrain' : 'mae-pretrain'],
        [found.tensors, video ? 'videomae' : 'timm'],
        [toTransformers(found).tensors, video ? 'hf-videomae' : 'hf-vit'],
        ...(video ? [] : [[toTimm(found, { normalization }).tensors, 'timm'] as [typeof tensors, WeightNaming]]),
      ];
      for (const [variant, naming] of variants) {
        for (const kind of ['safetensors', 'torch'] as const) {
          expect(await reopen(variant, kind)).toEqual({ naming, heads: size.heads, digest: expected });
        }
      }
    }
  },
  600_000,
);
