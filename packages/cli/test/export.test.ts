import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeSafetensors,
  openCheckpoint,
  readSafetensors,
  tensorData,
  useEngine,
  writeSafetensors,
} from '@masked-distill/tensor-core';
import { hasFixtures, sharedPath } from '@masked-distill/testing';
import { createEncoder } from '@masked-distill/vit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportVerb } from '../src/verbs/export.ts';
import { openEncoderWeights } from '../src/weights/open-encoder-weights.ts';
import { resolveWeights } from '../src/weights/resolve-weights.ts';
import { runVerb, writeNanoModel, writeNanoRun } from './nano-checkpoint.ts';

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
  await useEngine({ prefer: 'wasm' });
  model = await writeNanoModel(join(folder, 'model.safetensors'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const run = (...words: string[]) => runVerb(exportVerb, ['export', ...words]);
const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

async function exported(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...words);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

async function refused(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...words);
  expect([code, stdout]).toEqual([2, '']);
  return stderr;
}

/** The encoder of what a path means: its tensors' bytes, and its description. */
async function encoderOf(path: string) {
  const opened = await openEncoderWeights((await resolveWeights(path)).path);
  const entries: [string, string][] = [];
  for (const name of [...opened.weights.tensors.keys()].sort()) {
    const { shape, bytes } = await opened.weights.tensors.get(name)!.read();
    entries.push([name, `${shape} ${Buffer.from(bytes).toString('base64')}`]);
  }
  await opened.close();
  return { ...opened.weights, tensors: Object.fromEntries(entries) };
}

describe('export', () => {
  it('writes the encoder alone under this project’s names', async () => {
    const out = at('encoder.safetensors');
    const text = await exported(model, '--out', out);
    const size = `${((await stat(out)).size / 1000).toFixed(1)} kB`;
    expect(text).toBe(
      [
        `exported ${model}`,
        `  from     ${model}, named as by MAE (pre-training)`,
        "  encoder  images, width 16, 2 blocks, 2 heads (by masked-distill's description in the file), patches of 8x8 px, grid 4x3, class token",
        "  input    (value / 255 - mean) / std by masked-distill's description in the file",
        '  dropped  decoder_blocks (12 tensors), decoder_embed (2 tensors), decoder_norm (2 tensors), decoder_pos_embed, decoder_pred (2 tensors), mask_token',
        `  wrote    ${out} (${size})`,
        `  load     createEncoder(findEncoder((await openCheckpoint('${out}')).tensors)) of @masked-distill/vit`,
        '',
      ].join('\n'),
    );
    const [before, after] = [await encoderOf(model), await encoderOf(out)];
    expect(after.tensors).toEqual(before.tensors);
    expect(after.description).toEqual(before.description);
    expect([after.naming, after.headDropped, after.unused]).toEqual(['timm', [], []]);
    const { metadata } = await readSafetensors(out);
    expect(JSON.parse(metadata['masked-distill']!)).toEqual({
      architecture: 'encoder',
      model: { encoder: { width: 16, depth: 2, heads: 2, imageSize: { h: 32, w: 24 }, patch: { h: 8, w: 8 } } },
      normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    });
  });

  it('writes a folder that transformers reads, and reads it back bit-equal', async () => {
    const out = at('hf');
    const text = await exported(model, '--format', 'hf', '--out', out);
    expect(text).toContain(`  load     transformers.AutoModel.from_pretrained('${out}', add_pooling_layer=False)\n`);
    expect(await readJson(join(out, 'config.json'))).toEqual({
      architectures: ['ViTModel'],
      model_type: 'vit',
      attention_probs_dropout_prob: 0,
      hidden_act: 'gelu',
      hidden_dropout_prob: 0,
      hidden_size: 16,
      image_size: [32, 24],
      initializer_range: 0.02,
      intermediate_size: 64,
      layer_norm_eps: 1e-6,
      num_attention_heads: 2,
      num_channels: 3,
      num_hidden_layers: 2,
      patch_size: 8,
      qkv_bias: true,
      torch_dtype: 'float32',
    });
    expect(await readJson(join(out, 'preprocessor_config.json'))).toMatchObject({
      image_processor_type: 'BitImageProcessor',
      size: { shortest_edge: 37 }, // 32 · 256 / 224
      resample: 3,
      crop_size: { height: 32, width: 24 },
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.25, 0.25, 0.25],
    });
    const { tensors, metadata } = await readSafetensors(join(out, 'model.safetensors'));
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors.keys()].filter((name) => !name.startsWith('encoder.layer.1.')).sort()).toEqual([
      'embeddings.cls_token',
      'embeddings.patch_embeddings.projection.bias',
      'embeddings.patch_embeddings.projection.weight',
      'embeddings.position_embeddings',
      ...['key', 'query', 'value'].flatMap((part) =>
        ['bias', 'weight'].map((kind) => `encoder.layer.0.attention.attention.${part}.${kind}`),
      ),
      ...[
        'attention.output.dense',
        'intermediate.dense',
        'layernorm_after',
        'layernorm_before',
        'output.dense',
      ].flatMap((name) => ['bias', 'weight'].map((kind) => `encoder.layer.0.${name}.${kind}`)),
      'layernorm.bias',
      'layernorm.weight',
    ]);
    const [before, after] = [await encoderOf(model), await encoderOf(out)];
    expect(after.tensors).toEqual(before.tensors);
    expect(after.description).toEqual({ ...before.description, headsFrom: 'config.json' });
  });

  it('writes a folder for timm, and reads it back bit-equal', async () => {
    const out = at('timm');
    await exported(model, '--format', 'timm', '--out', out);
    expect(await readJson(join(out, 'config.json'))).toMatchObject({
      architecture: 'vit_base_patch16_224',
      num_classes: 0,
      global_pool: 'token',
      model_args: { img_size: [32, 24], patch_size: 8, embed_dim: 16, depth: 2, num_heads: 2, mlp_ratio: 4 },
      pretrained_cfg: { input_size: [3, 32, 24], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    });
    expect((await encoderOf(out)).tensors).toEqual((await encoderOf(model)).tensors);
    expect((await encoderOf(out)).description.heads).toBe(2);
  });

  it('takes the averaged weights of a run where they are kept', async () => {
    const plain = await writeNanoRun(at('run'), [10, 20]);
    const checkpoint = join(plain, 'checkpoints/step-20/model.safetensors');
    expect(await refused(plain, '--ema', '--out', at('x'))).toBe(
      `masked-distill: weights: there are no averaged weights (ema.safetensors) beside ${checkpoint}; leave --ema out\n`,
    );
    const average = tensorData(new Float32Array(16).fill(7), [16]);
    await writeSafetensors(at('ema.safetensors'), new Map([['norm.weight', average]]));
    await exported(model, '--ema', '--out', at('averaged.safetensors'));
    const { tensors } = await readSafetensors(at('averaged.safetensors'));
    expect(Buffer.from(tensors.get('norm.weight')!.bytes)).toEqual(Buffer.from(average.bytes));
    expect(tensors.has('pos_embed')).toBe(true);
    await rm(at('ema.safetensors'));
  });

  it('replaces nothing unless told', async () => {
    await mkdir(at('there'));
    await writeFile(at('there/config.json'), 'mine');
    expect(await refused(model, '--format', 'hf', '--out', at('there'))).toBe(
      `masked-distill: export: ${at('there/config.json')} exists; give another --out, or --force to replace it\n`,
    );
    expect(await readFile(at('there/config.json'), 'utf8')).toBe('mine');
    await expect(stat(at('there/model.safetensors'))).rejects.toThrow();
    await exported(model, '--format', 'hf', '--out', at('there'), '--force');
    expect((await readJson(at('there/config.json'))).model_type).toBe('vit');
    expect(await refused(model, '--out', at('there'))).toBe(
      `masked-distill: export: ${at('there')} is a folder, and this format is one file; give --out ${at('there/encoder.safetensors')}\n`,
    );
    expect(await refused(model, '--format', 'timm', '--out', model)).toBe(
      `masked-distill: export: ${model} is a file, and this format is a folder; give another --out\n`,
    );
  });

  it('refuses what holds no encoder, and what was downloaded by half', async () => {
    const foreign = at('resnet.safetensors');
    await writeSafetensors(foreign, new Map([['layer1.0.conv1.weight', tensorData(new Float32Array(1), [1])]]));
    expect(await refused(foreign, '--out', at('x'))).toContain(
      'holds no encoder that is known, its names begin with layer1;',
    );
    const half = at('half.safetensors');
    await writeFile(half, (await readFile(model)).subarray(0, 20_000));
    const cutOff = await refused(half, '--out', at('x'));
    expect(cutOff).toMatch(
      /^masked-distill: safetensors: .*half\.safetensors: .*; the file is cut off or damaged, download it again\n$/,
    );
    await expect(stat(at('x'))).rejects.toThrow();
  });
});

describe.skipIf(!hasFixtures)('export of clips (needs ../shared/fixtures)', () => {
  const source = sharedPath('fixtures/tiny_videomae.pth');

  it('refuses formats that have no such model, or need the clip’s size', async () => {
    expect(await refused(source, '--format', 'timm', '--out', at('x'))).toBe(
      `masked-distill: weights: timm has no model of clips, as ${source} holds; export it as hf or safetensors\n`,
    );
    expect(await refused(source, '--format', 'hf', '--out', at('x'))).toBe(
      `masked-distill: weights: transformers has no model for ${source}: its number of attention heads is not known; export it as safetensors\n`,
    );
  });

  it('writes what VideoMAEModel reads, and the encoder computes the same', async () => {
    await mkdir(at('video'));
    const file = await openCheckpoint(source);
    const bytes: Uint8Array[] = [];
    for await (const chunk of encodeSafetensors(file.tensors)) bytes.push(chunk);
    await file.close();
    await writeFile(at('video/model.safetensors'), Buffer.concat(bytes));
    const hints = { num_attention_heads: 4, image_size: 32, num_frames: 8 };
    await writeFile(at('video/config.json'), JSON.stringify(hints));
    const text = await exported(at('video'), '--format', 'hf', '--out', at('video-hf'));
    expect(text).toContain("  input    (value / 255 - mean) / std by ImageNet's numbers, as none are given\n");
    expect(await readJson(at('video-hf/config.json'))).toMatchObject({
      architectures: ['VideoMAEModel'],
      model_type: 'videomae',
      image_size: 32,
      patch_size: 8,
      num_frames: 8,
      tubelet_size: 2,
      use_mean_pooling: false,
      qkv_bias: true,
    });
    expect(await readJson(at('video-hf/preprocessor_config.json'))).toMatchObject({
      image_processor_type: 'VideoMAEImageProcessor',
      size: { shortest_edge: 32 },
      image_mean: [0.485, 0.456, 0.406],
    });
    const [before, after] = [await encoderOf(at('video')), await encoderOf(at('video-hf'))];
    expect([before.naming, after.naming]).toEqual(['videomae-pretrain', 'hf-videomae']);
    expect(after.tensors).toEqual(before.tensors);
    const opened = await openEncoderWeights(at('video-hf/model.safetensors'));
    const { encoder, report } = await createEncoder(opened.weights);
    expect([encoder.grid, report.missing]).toEqual([{ t: 4, h: 4, w: 4 }, []]);
    encoder.dispose();
    await opened.close();
  });
});
