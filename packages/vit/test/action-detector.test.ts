import { createRng, roiAlignWeights, useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ActionDetector, type ActionDetectorConfig } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

const config: ActionDetectorConfig = {
  width: 12,
  depth: 1,
  heads: 2,
  classes: 3,
  bins: 2,
  frames: 4,
  imageSize: { h: 8, w: 12 },
  patch: { t: 2, h: 4, w: 4 },
};

const pixelsOf = (batch: number) => {
  const rng = createRng(7, 'pixels');
  return tf.tensor(
    Float32Array.from({ length: batch * 4 * 8 * 12 * 3 }, () => rng.normal()),
    [batch, 4, 8, 12, 3],
  );
};

onEachEngine('ActionDetector', () => {
  it('averages over time, takes the largest of the bins and classifies each box', async () => {
    const model = new ActionDetector(config, { rng: createRng(0) });
    const pixels = pixelsOf(2);
    // Each bin sees one cell: box 0 of clip 0 the cells 0, 1, 3 and 4; its box 1, and both boxes of clip 1, others.
    const cells = [0, 1, 3, 4, 2, 2, 2, 2, 5, 4, 3, 2, 0, 0, 5, 5];
    const regions = tf.reshape(tf.cast(tf.oneHot(tf.tensor1d(cells, 'int32'), 6), 'float32'), [2, 8, 6]) as tf.Tensor3D;

    const tokens = await model.encoder.encode(model.encoder.embed(pixels)).output.data(); // [2·6, 2, 12]
    const weight = await model.namedVariables().get('head.weight')!.data();
    const meanOf = (clip: number, cell: number, column: number) =>
      [0, 6].reduce((total, slice) => total + tokens[((slice + cell) * 2 + clip) * 12 + column]! / 2, 0);
    const expected = [0, 1, 2, 3].flatMap((box) => {
      const own = cells.slice(4 * box, 4 * box + 4);
      const features = Array.from({ length: 12 }, (_, column) =>
        Math.max(...own.map((cell) => meanOf(Math.floor(box / 2), cell, column))),
      );
      return [0, 1, 2].map((label) => features.reduce((sum, value, i) => sum + value * weight[label * 12 + i]!, 0));
    });

    const logits = model.forward(pixels, { regions });
    expect(logits.shape).toEqual([4, 3]);
    expect(maxDifference(await logits.data(), expected)).toBeLessThan(1e-5);
    model.dispose();
  });

  it('trains every parameter', async () => {
    const model = new ActionDetector({ ...config, bins: 7 }, { rng: createRng(0) });
    const { h, w } = model.encoder.grid;
    const boxes = Float32Array.of(0, 0, 1, 1, 0.4, 0.1, 0.7, 0.95);
    const regions = tf.tensor3d(roiAlignWeights(boxes, { map: { h, w } }), [1, 2 * 49, h * w]);
    const variables = [...model.trainableVariables().values()];
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.square(model.forward(pixelsOf(1), { regions }))) as tf.Scalar,
      variables,
    );
    for (const [name, variable] of model.trainableVariables()) {
      const values = await grads[variable.name]!.data();
      expect(Math.max(...values.map(Math.abs)), name).toBeGreaterThan(0);
    }
    model.dispose();
  });
});

describe('ActionDetector', () => {
  it("has the names of VideoMAE's detection code", async () => {
    await useEngine({ prefer: 'cpu' });
    const model = new ActionDetector(config, { rng: createRng(0) });
    const names = [...model.namedVariables().keys()];
    expect(names).toEqual(
      expect.arrayContaining(['patch_embed.proj.weight', 'norm.weight', 'head.weight', 'head.bias']),
    );
    expect(names.filter((name) => name.startsWith('fc_norm'))).toEqual([]);
    model.dispose();
  });

  it('refuses what has no class or no bin', () => {
    const build = (change: Partial<ActionDetectorConfig>) => () =>
      new ActionDetector({ ...config, ...change }, { rng: createRng(0) });
    expect(build({ classes: 0 })).toThrow(/^ViT: classes/);
    expect(build({ bins: 0 })).toThrow(/^ViT: bins/);
  });
});
