import { createRng, roiAlignWeights, sampleDropPath, sigmoidCrossEntropy } from '@masked-distill/tensor-core';
import type { TrainingBatch, TrainingTask } from '@masked-distill/train';
import type { ActionDetector, ActionDetectorConfig } from '@masked-distill/vit';
import type * as tf from '@tensorflow/tfjs-core';
import type { ClipBoxes } from '../detect/clip-boxes.ts';
import { jitterBox, mirrorBox, type PersonBox } from '../detect/person-boxes.ts';
import type { RunBatch, RunLoader } from '../run/run-loader.ts';

/** What a checkpoint says of a detector: enough to build it again, to prepare clips for it, and to name what it says. */
export interface DetectorDescription {
  readonly architecture: 'action-detector';
  readonly model: {
    /** The encoder, on its own as in every description. */
    readonly encoder: Omit<ActionDetectorConfig, 'classes' | 'bins'>;
    /** Number of classes. */
    readonly classes: number;
  };
  /** Numbers and names of the classes in the order of the logits. */
  readonly classes: readonly { readonly id: number; readonly name: string }[];
  /** How its pixels are normalised. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/** Options of {@link createDetectionTask}. */
export interface DetectionTaskOptions {
  /** Gives clips. */
  readonly loader: RunLoader;
  /** The boxes of each clip. */
  readonly boxes: Pick<ClipBoxes<PersonBox>, 'of'>;
  /** Boxes of a clip that are trained on at most, R. */
  readonly maxBoxes: number;
  /** What is stored with the weights. */
  readonly description: DetectorDescription;
  /** Names what is drawn. */
  readonly seed: number;
  /** Stochastic depth of the last block. */
  readonly dropPath: number;
  /** Whether half of the clips are mirrored. */
  readonly flip: boolean;
  /** Whether the sides of boxes are moved. */
  readonly jitter: boolean;
}

/**
 * Action detection as something `train` can run. What is random in a step (boxes where there are too many, mirror images, sides, dropped
 * branches) is drawn by its number, so that a run goes on as if it had never stopped.
 */
export function createDetectionTask(model: ActionDetector, options: DetectionTaskOptions): TrainingTask {
  const { loader, boxes, maxBoxes, description, seed, dropPath, flip, jitter } = options;
  const { depth, grid } = model.encoder;
  const classes = description.model.classes;

  const toTrainingBatch = ({ pixels, shape, keys, step }: RunBatch): TrainingBatch => {
    const batch = keys.length;
    const rows = new Float32Array(batch * maxBoxes * 4);
    const targets = new Float32Array(batch * maxBoxes * classes);
    const weights = new Float32Array(batch * maxBoxes);
    for (const [clip, key] of keys.entries()) {
      const rng = createRng(seed, 'boxes', step, clip);
      const isMirrored = flip && rng.uniform() < 0.5;
      if (isMirrored) mirrorClip(pixels, { shape, clip });
      const own = boxes.of(key);
      const chosen = own.length > maxBoxes ? [...rng.permutation(own.length)].slice(0, maxBoxes) : own.keys();
      let row = clip * maxBoxes;
      for (const index of chosen) {
        const { box, actions } = own[index]!;
        const moved = jitter ? jitterBox(box, rng) : box;
        rows.set(isMirrored ? mirrorBox(moved) : moved, 4 * row);
        for (const action of actions) targets[row * classes + action] = 1;
        weights[row++] = 1;
      }
    }
    const factors = dropPath > 0 && {
      dropPath: {
        data: sampleDropPath({ rate: dropPath, depth, batch, rng: createRng(seed, 'drop-path', step) }),
        shape: [2 * depth, batch],
      },
    };
    return {
      arguments: {
        pixels: { data: pixels, shape },
        regions: {
          data: roiAlignWeights(rows, { map: grid, bins: model.bins }),
          shape: [batch, maxBoxes * model.bins ** 2, grid.h * grid.w],
        },
        targets: { data: targets, shape: [batch * maxBoxes, classes] },
        weights: { data: weights, shape: [batch * maxBoxes] },
        ...factors,
      },
      keys,
      samples: batch,
    };
  };

  return {
    module: model,
    description: { ...description },
    batchesPerEpoch: loader.stepsPerEpoch,
    async *batches(from) {
      for await (const batch of loader.batches({ fromStep: from, toStep: Number.POSITIVE_INFINITY }))
        yield toTrainingBatch(batch);
    },
    loss({ pixels, regions, targets, weights, dropPath }) {
      const logits = model.forward(pixels!, {
        regions: regions as tf.Tensor3D,
        dropPath: dropPath as tf.Tensor2D | undefined,
      });
      return { loss: sigmoidCrossEntropy(logits, targets as tf.Tensor2D, weights as tf.Tensor1D) };
    },
  };
}

/** Mirrors all frames of one clip of a batch, in place. */
function mirrorClip(pixels: Float32Array, { shape, clip }: { shape: readonly number[]; clip: number }): void {
  const [, frames, height, width] = shape as [number, number, number, number];
  const row = width * 3;
  for (let y = 0; y < frames * height; y++) {
    const start = (clip * frames * height + y) * row;
    for (let left = 0, right = width - 1; left < right; left++, right--) {
      for (let channel = 0; channel < 3; channel++) {
        const [a, b] = [start + 3 * left + channel, start + 3 * right + channel];
        [pixels[a], pixels[b]] = [pixels[b]!, pixels[a]!];
      }
    }
  }
}
