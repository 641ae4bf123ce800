import { MaskedAutoencoder, VideoMaskedAutoencoder } from '@masked-distill/mae';
import { gatherRows } from '@masked-distill/tensor-core';
import { ImageEncoder, VideoEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';

/** What a bench of distillation builds, for images or, where there are `frames`, for clips. */
export function benchModels(sizes, { rng, embedsAll }) {
  const { batch, imageSize, patch, frames, tubelet } = sizes;
  const image = { h: imageSize, w: imageSize };
  const [Encoder, Autoencoder] = frames ? [VideoEncoder, VideoMaskedAutoencoder] : [ImageEncoder, MaskedAutoencoder];
  const input = frames
    ? { frames, imageSize: image, patch: { t: tubelet, h: patch, w: patch } }
    : { imageSize: image, patch: { h: patch, w: patch } };
  const prepared = (encoder) => (embedsAll ? embedAll(encoder) : encoder);
  return {
    makeTeacher: () => prepared(new Encoder({ ...input, ...sizes.teacher }, { rng })),
    makeStudent() {
      const config = { encoder: { ...input, ...sizes.student }, decoder: sizes.decoder, normPixLoss: true };
      const student = new Autoencoder(config, { rng });
      prepared(student.encoder);
      return student;
    },
    grid: { t: frames ? frames / tubelet : 1, h: imageSize / patch, w: imageSize / patch },
    prefixTokens: frames ? 0 : 1,
    pixelShape: [batch, ...(frames ? [frames] : []), imageSize, imageSize, 3],
  };
}

/** Lets an encoder without class token embed every token before it takes those that are kept. */
function embedAll(encoder) {
  const embed = encoder.embed.bind(encoder);
  encoder.embed = (pixels, keep) => {
    const all = embed(pixels); // [N, B, D]
    if (!keep) return all;
    const [, batch, width] = all.shape;
    return tf.reshape(gatherRows(tf.reshape(all, [-1, width]), keep), [-1, batch, width]);
  };
  return encoder;
}
