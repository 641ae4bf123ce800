import { MaskedAutoencoder } from '@masked-distill/mae';
import { randomMasking } from '@masked-distill/masking';
import { createRng, rowIndexTensors } from '@masked-distill/tensor-core';
import { ImageEncoder, type ImageEncoderConfig } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { type DistillationConfig, Distiller, distillIndicesFrom, indexAsymmetricMasks } from '../src/index.ts';

export const BATCH = 2;
const input = { imageSize: { h: 32, w: 32 }, patch: { h: 8, w: 8 } };

export const makeStudent = (encoder: Partial<ImageEncoderConfig> = {}) =>
  new MaskedAutoencoder(
    {
      encoder: { ...input, width: 32, depth: 4, heads: 2, ...encoder },
      decoder: { width: 16, depth: 1, heads: 2 },
      normPixLoss: true,
    },
    { rng: createRng(0, 'student') },
  );

export const makeTeacher = (encoder: Partial<ImageEncoderConfig> = {}) =>
  new ImageEncoder({ ...input, width: 48, depth: 6, heads: 4, ...encoder }, { rng: createRng(0, 'teacher') });

/** Builds a distiller, hands it over, frees it and its teacher. */
export async function withDistiller<T>(
  config: DistillationConfig,
  use: (distiller: Distiller) => T | Promise<T>,
  { student = makeStudent(), teacher = makeTeacher() } = {},
): Promise<T> {
  let distiller: Distiller | undefined;
  try {
    distiller = new Distiller(student, teacher, { config, rng: createRng(0, 'distill') });
    return await use(distiller);
  } finally {
    if (distiller) distiller.dispose();
    else student.dispose();
    teacher.dispose();
  }
}

export const somePixels = () => {
  const rng = createRng(0, 'pixels');
  return tf.tensor4d(
    Float32Array.from({ length: BATCH * 32 * 32 * 3 }, () => rng.normal()),
    [BATCH, 32, 32, 3],
  );
};

export const maskArrays = ({ ratio = 0.75, teacherRatio = 0.5 } = {}) => {
  const grid = { t: 1, h: 4, w: 4 };
  const sampler = randomMasking({ ratio, teacherRatio });
  const masks = Array.from({ length: BATCH }, (_, i) => sampler.sample(grid, createRng(0, 'mask', i)));
  return { masks, arrays: indexAsymmetricMasks(masks, { grid }) };
};

export const someIndices = (options?: Parameters<typeof maskArrays>[0]) =>
  distillIndicesFrom(rowIndexTensors({ ...maskArrays(options).arrays }));
