import { createRng, type Engine } from '@masked-distill/tensor-core';
import type { Backbone } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link freezeTeacher}. */
export interface FreezeTeacherOptions {
  /** Number format of its matrix products. */
  readonly precision: 'float32' | 'int8';
  /** What computes. */
  readonly engine: Engine;
  /** Told how far int8 moves the features. */
  readonly note: (text: string) => void;
}

/** A graph holds a copy of what is frozen. It gains a few per cent in speed, which a second copy of a ViT-L is not worth. */
const MAX_COPIED_BYTES = 2 ** 29;

/** Prepares a teacher for being read fast, where the engine can; int8 is measured on noise of the images' scale. */
export async function freezeTeacher(
  encoder: Backbone,
  { precision, engine, note }: FreezeTeacherOptions,
): Promise<void> {
  if (!engine.freeze) return;
  const variables = [...encoder.namedVariables().values()];
  if (precision === 'float32') {
    const bytes = variables.reduce((sum, { size }) => sum + 4 * size, 0);
    if (bytes <= MAX_COPIED_BYTES) await engine.freeze(variables);
    return;
  }
  const { grid, patch } = encoder;
  const [frames, height, width] = [grid.t * patch.t, grid.h * patch.h, grid.w * patch.w];
  const shape = frames > 1 ? [1, frames, height, width, 3] : [1, height, width, 3];
  const rng = createRng(0, 'freeze');
  const noise = Float32Array.from({ length: frames * height * width * 3 }, () => rng.normal());
  const { featureError } = await engine.freeze(variables, {
    precision,
    probe: () => encoder.encode(encoder.embed(tf.tensor(noise, shape))).output,
  });
  note(`teacher in int8: its features move by ${(100 * featureError!).toFixed(1)}% (on noise)`);
}
