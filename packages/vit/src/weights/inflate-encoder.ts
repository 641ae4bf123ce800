import { InputError } from '@masked-distill/base';
import { type LazyTensor, tensorData, toFloat32 } from '@masked-distill/tensor-core';
import type { EncoderWeights } from './find-encoder.ts';

/** Options of {@link inflateEncoder}. */
export interface InflateEncoderOptions {
  /** Frames of a clip. */
  frames: number;
  /** Frames of a cube, which divide them. Default 2. */
  tubelet?: number;
}

/**
 * Makes an encoder of clips from one of images, the way of I3D (Carreira and Zisserman 2017): the patch embedding is repeated over the frames
 * of a cube and divided by their number, and the position table over the slices of a clip, to be trained on. Of a still clip every token
 * then comes out as of the image. A class token is left out, since encoders of clips have none.
 *
 * @throws InputError when the encoder is of clips already, the frames are no multiple of a cube's, or its grid is not known
 */
export function inflateEncoder(
  weights: EncoderWeights,
  { frames, tubelet = 2 }: InflateEncoderOptions,
): EncoderWeights {
  const { source, description, tensors } = weights;
  const { kind, grid, classToken, patch } = description;
  if (kind === 'video')
    throw new InputError(`inflate: ${source} holds an encoder of clips already; leave inflating out`);
  if (frames < 1 || frames % tubelet !== 0) {
    throw new InputError(`inflate: ${frames} frames are no multiple of the ${tubelet} of a cube; change one of them`);
  }
  const slices = frames / tubelet;
  const inflated = new Map(tensors);
  inflated.delete('cls_token');
  const embedding = tensors.get('patch_embed.proj.weight')!;
  inflated.set('patch_embed.proj.weight', spread(embedding, tubelet));
  const positions = tensors.get('pos_embed');
  if (positions) inflated.set('pos_embed', repeat(positions, { slices, skip: Number(classToken) }));
  return {
    ...weights,
    tensors: inflated,
    description: {
      ...description,
      kind: 'video',
      patch: { ...patch, t: tubelet },
      grid: grid && { ...grid, t: slices },
      classToken: false,
    },
  };
}

/** `[D, 3, h, w]` → `[D, 3, t, h, w]`, a t-th of the weight for each frame. */
function spread(weight: LazyTensor, tubelet: number): LazyTensor {
  const [width, channels, h, w] = weight.shape as [number, number, number, number];
  const shape = [width, channels, tubelet, h, w];
  return lazily(shape, weight, (values) =>
    Float32Array.from({ length: values.length * tubelet }, (_, i) => {
      const pixels = h * w;
      return values[Math.floor(i / (tubelet * pixels)) * pixels + (i % pixels)]! / tubelet;
    }),
  );
}

/** `[1, skip + N, D]` → `[1, slices · N, D]`. */
function repeat(table: LazyTensor, { slices, skip }: { slices: number; skip: number }): LazyTensor {
  const [, rows, width] = table.shape as [number, number, number];
  return lazily([1, slices * (rows - skip), width], table, (values) => {
    const slice = values.subarray(skip * width);
    return Float32Array.from({ length: slices * slice.length }, (_, i) => slice[i % slice.length]!);
  });
}

/** A tensor that is computed from another one when it is read. */
function lazily(shape: number[], from: LazyTensor, compute: (values: Float32Array) => Float32Array): LazyTensor {
  return {
    dtype: 'F32',
    shape,
    read: async () => tensorData(compute(toFloat32(await from.read())), shape),
  };
}
