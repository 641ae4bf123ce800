// Action detection as VideoMAE's code does it (MCG-NJU/VideoMAE-Action-Detection): the final norm, the mean
// over time, RoI-align of each person's box into 7×7 bins, the largest value of all bins, a linear layer with a sigmoid for each action.
// Ours: RoI-align is aligned (see `roiAlignWeights`), and the clip has the model's own size.
import type { Rng } from '@masked-distill/base';
import { Linear, Module, maxPool, roiAlign } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodeOptions } from './backbone.ts';
import { checkWhole } from './check-sizes.ts';
import { VideoEncoder, type VideoEncoderConfig } from './video-encoder.ts';

/** What an {@link ActionDetector} is made of. */
export interface ActionDetectorConfig extends Omit<VideoEncoderConfig, 'finalNorm'> {
  /** Number of actions, each of which is there or not by itself. */
  classes: number;
  /** Bins along each side of a box, P. Default 7. */
  bins?: number;
}

/** Options of {@link ActionDetector.forward}. */
export interface DetectOptions extends EncodeOptions {
  /** `[B, R·P², h·w]`: what cuts R boxes out of each clip's map (see `roiAlignWeights`). */
  regions: tf.Tensor3D;
}

/**
 * A vision transformer of clips that says of each box of the middle frame which actions are seen in it, under the names of VideoMAE's
 * detection code: the encoder's, `norm` and `head`. The boxes come from elsewhere: from the annotation, or from a detector of people.
 *
 * @example
 * ```ts
 * const clip = { frames: 16, imageSize: { h: 224, w: 224 }, patch: { t: 2, h: 16, w: 16 } };
 * const model = new ActionDetector({ ...vitSizes.small, ...clip, classes: 80 }, { rng: createRng(0) });
 * const { h, w } = model.encoder.grid;
 * const weights = roiAlignWeights(boxes, { map: { h, w } }); // [R, 49, 196]
 * const logits = model.forward(pixels, { regions: tf.tensor3d(weights, [1, R * 49, h * w]) }); // [R, 80]
 * ```
 */
export class ActionDetector extends Module {
  /** The encoder without its head. */
  readonly encoder: VideoEncoder;
  /** Bins along each side of a box. */
  readonly bins: number;
  readonly #head: Linear;

  /** @throws InputError when there is no class or no bin, or the encoder's sizes do not fit each other */
  constructor({ classes, bins = 7, ...encoder }: ActionDetectorConfig, { rng }: { rng: Rng }) {
    super();
    checkWhole({ classes, bins }, 'ViT');
    this.bins = bins;
    this.encoder = this.child('', new VideoEncoder(encoder, { rng }));
    this.#head = this.child('head', new Linear(encoder.width, classes, { rng }));
  }

  /** Pixels `[B, T, H, W, 3]` → the mean over time of the tokens, a map of each clip, `[B, h·w, D]`. */
  maps(pixels: tf.Tensor, options?: EncodeOptions): tf.Tensor3D {
    const { output } = this.encoder.encode(this.encoder.embed(pixels), options); // [t·h·w, B, D]
    const { t, h, w } = this.encoder.grid;
    const [, batch, width] = output.shape;
    const mean = tf.mean(tf.reshape(output, [t, h * w * batch * width]), 0);
    return tf.transpose(tf.reshape(mean, [h * w, batch, width]), [1, 0, 2]) as tf.Tensor3D; // [B, h·w, D]
  }

  /** Pixels `[B, T, H, W, 3]` → logits of each clip's boxes, `[B·R, C]`. */
  forward(pixels: tf.Tensor, { regions, ...options }: DetectOptions): tf.Tensor2D {
    const boxes = roiAlign(this.maps(pixels, options), regions); // [B, R·P², D]
    const rows = tf.reshape(boxes, [-1, this.bins ** 2, this.encoder.width]); // [B·R, P², D]
    return this.#head.forward(maxPool(rows, 1) as tf.Tensor2D); // [B·R, C]
  }
}
