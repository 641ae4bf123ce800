import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openCheckpoint, useEngine, writeSafetensors } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, onTestFinished } from 'vitest';
import { createEncoder, findEncoder, vitSizes } from '../../src/index.ts';
import { madeOnRead, maeShapes, writeTorchZip } from './large-files.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const rss = () => process.memoryUsage().rss;

/**
 * Writes MAE's ViT-L with its decoder, builds its encoder from the file, and checks that it is right.
 *
 * @returns the most memory that this process ever took on top, over the file's size; one measurement a process, since what is freed is
 * not given back
 */
export async function loadLarge(format: 'safetensors' | 'torch'): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'weights-memory-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'large');
  const tensors = madeOnRead(maeShapes(vitSizes.large));
  await (format === 'torch' ? writeTorchZip(path, tensors) : writeSafetensors(path, tensors));
  const { size } = await stat(path);
  expect(size / 1e9).toBeCloseTo(1.32, 2);
  await useEngine({ prefer: 'onnxruntime' });
  collect();

  const before = rss();
  let peak = before;
  const file = await openCheckpoint(path);
  const watched = new Map(
    [...file.tensors].map(([name, tensor]) => {
      const read = async () => {
        const data = await tensor.read();
        peak = Math.max(peak, rss());
        return data;
      };
      return [name, { dtype: tensor.dtype, shape: tensor.shape, read }];
    }),
  );
  const { encoder, report } = await createEncoder(findEncoder(watched));
  peak = Math.max(peak, rss());
  await file.close();

  expect(report.mapped).toHaveLength(4 + 24 * 12 + 2);
  const values = await encoder.namedVariables().get('blocks.23.mlp.fc2.weight')!.data();
  const { bytes } = await tensors.get('blocks.23.mlp.fc2.weight')!.read();
  expect(Buffer.compare(Buffer.from(values.buffer, values.byteOffset, values.byteLength), bytes)).toBe(0);
  encoder.dispose();
  expect(tf.memory().numTensors).toBe(0);
  return (peak - before) / size;
}
