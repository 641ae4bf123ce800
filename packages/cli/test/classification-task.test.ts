import { createImageLoader, createProceduralSource } from '@masked-distill/image-data';
import { createRng, useEngine } from '@masked-distill/tensor-core';
import { argumentTensors } from '@masked-distill/train';
import { ImageClassifier } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createClassificationTask } from '../src/tasks/classification-task.ts';
import type { ClassifierDescription } from '../src/tasks/classifier-description.ts';

describe('createClassificationTask', () => {
  it('has the cross-entropy of the logits, and the same n-th batch wherever it begins', async () => {
    await useEngine({ prefer: 'wasm' });
    const source = createProceduralSource({ length: 8, size: [8, 8], seed: 1 });
    const loader = createImageLoader(source, { batchSize: 4, imageSize: 8, workers: 0, seed: 3 });
    const encoder = { width: 8, depth: 2, heads: 2, imageSize: { h: 8, w: 8 }, patch: { h: 4, w: 4 } };
    const classes = source.classes!.length;
    const before = tf.memory().numTensors;
    const model = new ImageClassifier({ ...encoder, classes }, { rng: createRng(0) });
    const description: ClassifierDescription = {
      architecture: 'image-classifier',
      model: { encoder, classes, pooling: 'mean' },
      classNames: source.classes!,
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
    };
    const task = createClassificationTask(model, {
      loader,
      description,
      seed: 3,
      dropPath: 0.5,
      headDropout: 0.25,
      labelSmoothing: 0.2,
      mixing: {},
    });
    const nth = async (from: number, skip: number) => {
      let left = skip;
      for await (const batch of task.batches(from)) if (left-- === 0) return batch;
      throw new Error('no batch');
    };
    const batch = await nth(0, 3);
    expect(await nth(3, 0)).toEqual(batch);
    expect(batch.samples).toBe(4);
    expect(batch.arguments.dropPath!.shape).toEqual([4, 4]);
    expect(batch.arguments.headDropout!.shape).toEqual([4, 8]);
    const sums = Array.from({ length: 4 }, (_, i) =>
      batch.arguments.targets!.data.slice(i * classes, (i + 1) * classes),
    );
    for (const row of sums) expect([...row].reduce((a, b) => a + b)).toBeCloseTo(1, 5);

    const args = argumentTensors(batch.arguments);
    const [loss, logits] = tf.tidy(() => [
      task.loss(args).loss,
      model.forward(args.pixels!, {
        dropPath: args.dropPath as tf.Tensor2D,
        headDropout: args.headDropout as tf.Tensor2D,
      }),
    ]) as [tf.Scalar, tf.Tensor2D];
    const rows = await logits.array();
    const { data: targets } = batch.arguments.targets!;
    // −Σ t·log softmax, in float64.
    const expected = rows.map((row, i) => {
      const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      return row.reduce((sum, logit, c) => sum - targets[i * classes + c]! * (logit - total), 0);
    });
    expect((await loss.data())[0]).toBeCloseTo(expected.reduce((a, b) => a + b) / 4, 5);
    tf.dispose([args, loss, logits]);
    model.dispose();
    await loader.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});
