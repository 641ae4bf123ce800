import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, tensorData, useEngine, writeSafetensors } from '@masked-distill/tensor-core';
import { hasFixtures, sharedPath } from '@masked-distill/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCountNote } from '../src/inspect/count-note.ts';
import { exportVerb } from '../src/verbs/export.ts';
import { inspectVerb } from '../src/verbs/inspect.ts';
import { fakeClock, memoryOutput } from './kit.ts';
import { runVerb, writeImages, writeNanoModel, writeNanoRun } from './nano-checkpoint.ts';

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspect-'));
  await useEngine({ prefer: 'wasm' });
  model = await writeNanoModel(join(folder, 'model.safetensors'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const inspect = (...words: string[]) => runVerb(inspectVerb, ['inspect', '--workers', '0', ...words]);

/** What is printed; the verb must succeed in silence. */
async function printed(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await inspect(...words);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Tensors of one number each. */
const weights = (...names: string[]) => new Map(names.map((name) => [name, tensorData(new Float32Array([1]), [1])]));

describe('inspect on a checkpoint', () => {
  // Counted by hand. A block of width D has 4D of norms, 3D² + 3D of qkv, D² + D of proj, 8D² + 5D of mlp: 12D² + 13D.
  const block = (width: number) => 12 * width * width + 13 * width;
  const [width, decoderWidth, patch, tokens] = [16, 8, 3 * 8 * 8, 12];

  it('tells the model, its parameters by module, and the first tensors', async () => {
    const modules = {
      blocks: 2 * block(width),
      cls_token: width,
      decoder_blocks: block(decoderWidth),
      decoder_embed: width * decoderWidth + decoderWidth,
      decoder_norm: 2 * decoderWidth,
      decoder_pos_embed: (tokens + 1) * decoderWidth,
      decoder_pred: decoderWidth * patch + patch,
      mask_token: decoderWidth,
      norm: 2 * width,
      patch_embed: patch * width + width,
      pos_embed: (tokens + 1) * width,
    };
    const sum = Object.values(modules).reduce((total, count) => total + count);
    const text = await printed(model);
    const { size } = { size: (await readFile(model)).length };
    expect(text.split('\n\n')[0]).toBe(
      [
        `checkpoint ${model}`,
        `  format      safetensors, ${(size / 1000).toFixed(1)} kB`,
        '  model       masked autoencoder',
        '  encoder     width 16, 2 blocks of 2 heads',
        '  decoder     width 8, 1 block of 2 heads',
        '  image       32x24 px in patches of 8x8: 12 tokens and a class token',
        '  targets     pixels, normalised patch by patch',
        '  input       (value / 255 - mean) / std; mean 0.5 0.5 0.5, std 0.25 0.25 0.25',
        '  names       as by MAE (pre-training)',
        '  mapped      30 tensors of the encoder; left behind: decoder_blocks (12 tensors), decoder_embed (2 tensors), decoder_norm (2 tensors), decoder_pos_embed, decoder_pred (2 tensors), mask_token',
        `  parameters  ${sum.toLocaleString('en-US')} (${Math.round(sum / 1000)} k) in 50 tensors, 312 of them in fixed position tables`,
      ].join('\n'),
    );
    const rows = text.split('\n\n')[1]!.split('\n').slice(2);
    const counted = rows.map((row) => row.trim().split(/ +/)).map(([name, , count]) => [name, count!.replace(',', '')]);
    expect(counted).toEqual(Object.entries(modules).map(([name, count]) => [name, String(count)]));
    expect(text.split('\n\n')[2]).toMatch(
      /^tensors\n {2}blocks\.0\.attn\.proj\.bias {4}F32 {2}\[16\]\n(.*\n){19} {2}… 30 more; --all shows them\n$/,
    );
    const all = await printed(model, '--all');
    expect(all.split('\n\n')[2]!.trim().split('\n')).toHaveLength(51);
  });

  it('finds the last checkpoint of a run, and says which damaged one it passed over', async () => {
    const run = await writeNanoRun(at('run'), [10, 20]);
    expect(await printed(run)).toContain(`file        ${join(run, 'checkpoints/step-20/model.safetensors')}\n`);
    await truncate(join(run, 'checkpoints/step-20/model.safetensors'), 100);
    const text = await printed(run);
    expect(text).toContain(`file         ${join(run, 'checkpoints/step-10/model.safetensors')}\n`);
    expect(text).toMatch(
      /\n {2}passed over {2}.*step-20: model\.safetensors has 100 bytes instead of \d+\n {2}step {9}10\n/,
    );
    expect(await printed(join(run, 'checkpoints/step-10'))).toContain('step        10\n');
  });

  it('says how the names begin where the file does not say what it is', async () => {
    const path = at('foreign');
    await writeSafetensors(path, weights('vit.encoder.a.w', 'vit.encoder.a.b', 'vit.encoder.b.w'), {
      metadata: { format: 'pt\nx\u001b[31m' },
    });
    expect(await printed(path)).toBe(
      [
        `checkpoint ${path}`,
        `  format      safetensors, ${(await readFile(path)).length} B`,
        '  model       not said in the file; names begin with vit.encoder.a, vit.encoder.b',
        '  parameters  3 in 3 tensors',
        '',
        'modules below vit.encoder.',
        '     tensors  parameters',
        '  a        2           2',
        '  b        1           1',
        '',
        'tensors',
        '  vit.encoder.a.b  F32  [1]',
        '  vit.encoder.a.w  F32  [1]',
        '  vit.encoder.b.w  F32  [1]',
        '',
        'metadata',
        '  format  pt x?[31m',
        '',
      ].join('\n'),
    );
  });

  it('tells the encoder in a folder of transformers, and why one can’t be used', async () => {
    const { stdout } = await runVerb(exportVerb, ['export', model, '--format', 'hf', '--out', at('hf')]);
    expect(stdout).toContain('exported');
    const text = await printed(at('hf'));
    expect(text.split('\n\n')[0]!.split('\n').slice(3)).toEqual([
      '  names       as by ViT of transformers',
      '  encoder     images, width 16, 2 blocks, 2 heads (by config.json), patches of 8x8 px, grid 4x3, class token',
      '  mapped      30 tensors of the encoder; left behind: nothing',
      expect.stringContaining('  parameters  '),
    ]);
    const part = at('part.safetensors');
    const { tensors } = await readSafetensors(model);
    tensors.delete('blocks.1.norm1.bias');
    await writeSafetensors(part, tensors);
    expect(await printed(part)).toContain(
      `  encoder     ${part} is named as by MAE (pre-training) but has no blocks.1.norm1.bias, so its encoder is not whole; save or download it again\n`,
    );
    const [report] = JSON.parse(await printed(at('hf'), '--json'));
    expect(report.encoder).toMatchObject({ naming: 'hf-vit', kind: 'image', width: 16, heads: 2, mapped: 30 });
  });

  it('knows an encoder that export wrote', async () => {
    await runVerb(exportVerb, ['export', model, '--out', at('encoder.safetensors')]);
    const text = await printed(at('encoder.safetensors'));
    expect(text).toContain(
      '  model       encoder\n  names       as by timm, and MAE after fine-tuning\n  encoder     images, width 16,',
    );
  });

  it('does not take a description from another version for ours', async () => {
    const path = at('newer.safetensors');
    await writeSafetensors(path, weights('a'), { metadata: { 'masked-distill': '{"architecture":"new"}' } });
    expect(await printed(path)).toContain(
      "model       described in a way this version can't read; use the version that wrote it\n",
    );
  });

  it("does not take an optimiser's moments for the model", async () => {
    const { metadata } = await readSafetensors(model);
    await writeSafetensors(at('optimizer.safetensors'), weights('exp_avg.cls_token', 'exp_avg_sq.cls_token'), {
      metadata,
    });
    expect(await printed(at('optimizer.safetensors'))).toContain(
      '  model       its weights are not in this file, which only belongs to it\n  parameters  2 in 2 tensors\n',
    );
  });

  it('prints the same as JSON', async () => {
    const [report, ...others] = JSON.parse(await printed(model, '--json'));
    expect(others).toEqual([]);
    expect(report).toMatchObject({ kind: 'checkpoint', path: model, format: 'safetensors', fixedParameters: 312 });
    expect(report.model.model.encoder).toEqual({
      width: 16,
      depth: 2,
      heads: 2,
      imageSize: { h: 32, w: 24 },
      patch: { h: 8, w: 8 },
    });
    expect(report.tensors).toHaveLength(50);
    expect(report.tensors[0]).toEqual({ name: 'blocks.0.attn.proj.bias', dtype: 'F32', shape: [16] });
    expect(report.modules.find(({ name }: { name: string }) => name === 'norm')).toEqual({
      name: 'norm',
      tensors: 2,
      parameters: 32,
    });
  });

  it.skipIf(!hasFixtures)('reads a .pth', async () => {
    const path = sharedPath('fixtures/tiny_videomae.pth');
    const text = await printed(path);
    expect(text).toContain('  format      torch-zip, ');
    expect(text).toContain(
      [
        '  names       as by VideoMAE (pre-training)',
        '  encoder     videos, width 32, 2 blocks, heads not said, cubes of 2x8x8 px, grid not said, no class token',
        '  mapped      30 tensors of the encoder; left behind: mask_token, decoder (30 tensors), encoder_to_decoder',
      ].join('\n'),
    );
  });
});

describe('inspect on images', () => {
  it('counts classes, sizes and formats, and names what can not be read', async () => {
    const images = await writeImages(at('classes'), ['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png', 'dog/3.png']);
    await writeFile(join(images, 'dog/2.png'), '');
    await writeFile(join(images, 'dog/3.png'), 'no picture');
    expect(await printed(images)).toBe(
      [
        `images ${images}`,
        '  images   5: 3 readable, 2 not',
        '  classes  2 of 2 to 3 images',
        '  width    40 px',
        '  height   40 px',
        '  formats  png 3',
        '',
        'classes',
        '  cat  2',
        '  dog  3',
        '',
        'unreadable',
        '  dog/2.png  the file is empty',
        '  dog/3.png  not an image of a known format',
        '',
      ].join('\n'),
    );
    const [report] = JSON.parse(await printed(images, '--json'));
    expect(report).toEqual({
      kind: 'images',
      path: images,
      images: 5,
      readable: 3,
      classes: [
        { name: 'cat', images: 2 },
        { name: 'dog', images: 3 },
      ],
      unlabelled: 0,
      width: { min: 40, median: 40, max: 40 },
      height: { min: 40, median: 40, max: 40 },
      formats: [{ name: 'png', images: 3 }],
      unreadable: [
        { key: 'dog/2.png', index: 3, reason: 'the file is empty' },
        { key: 'dog/3.png', index: 4, reason: 'not an image of a known format' },
      ],
    });
  });

  it('takes a list, a flat folder and a checkpoint at once', async () => {
    const flat = await writeImages(at('flat'), ['1.png', '2.png']);
    await writeImages(at('flat'), ['3.png'], 24);
    await writeFile(at('list.txt'), 'flat/1.png 0\nflat/2.png 0\nflat/3.png\n');
    const text = await printed(flat, at('list.txt'), '--data', flat, model);
    expect(text).toContain(
      '  images   3, all readable\n  classes  none: the images carry no labels\n  width    24 to 40 px, median 40\n',
    );
    expect(text).toContain('  classes  1 of 2 images each; 1 without a class\n');
    expect(text.match(/^(images|checkpoint) \S+$/gm)).toEqual([
      `images ${flat}`,
      `images ${at('list.txt')}`,
      `checkpoint ${model}`,
      `images ${flat}`,
    ]);
  });

  it('takes a folder that looks like a run for images when it is told so', async () => {
    const images = await writeImages(at('odd'), ['last/1.png', 'rest/1.png']);
    expect(await printed('--data', images)).toContain('classes  2 of 1 image each\n');
  });
});

describe('inspect refuses', () => {
  async function refusal(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await inspect(...words);
    expect([code, stdout]).toEqual([2, '']);
    return stderr.replace(/^masked-distill: /, '').replaceAll(folder, '.');
  }

  it('no path, a path where nothing is, a folder without images', async () => {
    expect(await refusal()).toBe("inspect: no path was given; give a run's folder, a checkpoint, images or videos\n");
    expect(await refusal(at('none'))).toBe(
      "inspect: there is no ./none; give a run's folder, a checkpoint, images or videos\n",
    );
    await mkdir(at('empty'));
    expect(await refusal(at('empty'))).toBe(
      'folder: ./empty holds no images; looked for jpg, jpeg, png, webp, gif, tif, tiff, avif, bmp, mpo at any depth\n',
    );
    expect(await refusal(at('t-{0000..0001}.tar'))).toBe(
      'tar: there is no ./t-0000.tar, one of the 2 in ./t-{0000..0001}.tar\n',
    );
  });

  it('damaged weights', async () => {
    await copyFile(model, at('cut.safetensors'));
    await truncate(at('cut.safetensors'), 5000);
    expect(await refusal(at('cut.safetensors'))).toMatch(
      /^safetensors: \.\/cut\.safetensors: tensor \S+ ends at byte \d+ of the data, which has \d+; the file is cut off or damaged, download it again\n$/,
    );
    await writeFile(at('text.pth'), 'no weights');
    expect(await refusal(at('text.pth'))).toMatch(
      /^checkpoint: \.\/text\.pth is nothing known: .*; give a safetensors or \.pth file\n$/,
    );
    await writeFile(at('bad.pth'), Buffer.from('80027d71002e', 'hex'));
    expect(await refusal(at('bad.pth'))).toMatch(/^torch checkpoint: \.\/bad\.pth.*\n$/);
  });

  it("a run's folder without a checkpoint", async () => {
    await mkdir(at('started'));
    await writeFile(at('started/metrics.jsonl'), '');
    expect(await refusal(at('started'))).toBe(
      "checkpoint: ./started is neither a run's folder with checkpoints nor a checkpoint's folder\n",
    );
  });
});

describe('the note while images are read', () => {
  it('replaces itself on a terminal and is rare in a log', () => {
    const notes = (isTTY: boolean) => {
      const { now, advance } = fakeClock();
      const stderr = memoryOutput({ isTTY });
      const note = createCountNote('reading images', { stderr, now });
      for (let done = 0; done < 1200; done += 8) {
        advance(80);
        note.update({ done, total: 1200 });
      }
      note.clear();
      return stderr.text;
    };
    expect(notes(false)).toBe('reading images: 992 of 1,200\n');
    const [first, ...others] = notes(true).split('\r').slice(1);
    expect([first, others.length, others.at(-1)]).toEqual(['reading images: 8 of 1,200\u001b[K', 75, '\u001b[K']);
  });
});
