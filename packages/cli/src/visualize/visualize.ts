import { type Batch, createImageLoader, type ImageSource, type Rgb } from '@masked-distill/image-data';
import { indexMasks, type MaskedAutoencoder, maskIndexTensors, maskIndicesFrom } from '@masked-distill/mae';
import { type AsymmetricMask, randomMasking } from '@masked-distill/masking';
import { createRng } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Environment } from '../environment.ts';
import { writeReconstructionGrid } from '../pictures/reconstruction-grid.ts';
import { reconstructionViews } from '../pictures/views.ts';
import { formatCount, formatShare } from '../progress/format.ts';
import { openSource } from '../run/open-sources.ts';
import { type EngineKeys, startEngine } from '../start-engine.ts';
import { buildModel, type ModelDescription } from '../tasks/model-description.ts';
import { printable } from '../text/printable.ts';
import { readModel } from './read-model.ts';

/** Said of models with normalised targets, whose pictures look better than they are. */
const NORMALISED =
  'hidden patches are drawn with the mean and contrast of the original, which this model does not predict\n';

/** What `visualize` was asked for. */
export interface VisualizeOptions extends EngineKeys {
  /** A run's folder, a checkpoint's folder, or a model file. */
  readonly checkpoint: string;
  /** What {@link openSource} takes. */
  readonly images: string;
  /** The PNG file to write. */
  readonly output: string;
  /** Images to show. */
  readonly count: number;
  /** Share of patches hidden. */
  readonly maskRatio: number;
  /** Names the images and the masks. */
  readonly seed: number;
  /** Images side by side. */
  readonly columns?: number;
}

/**
 * Writes a picture of what a checkpoint's model makes of images, and says how far off it is.
 *
 * @throws InputError when the checkpoint holds no model of ours, the images can't be used, or the mask leaves nothing
 */
export async function visualize(options: VisualizeOptions, { stdout, stderr }: Environment): Promise<void> {
  const { checkpoint, output, columns, maskRatio, seed } = options;
  const note = (text: string) => void stderr.write(`${text}\n`);
  const { description, tensors, modelFile } = await readModel(checkpoint, note);
  const { h, w } = description.model.encoder.imageSize;
  const source = await openSource(options.images, { imageSize: [h, w] });
  const sampler = randomMasking({ ratio: maskRatio });
  sampler.counts(gridOf(description));

  const engine = await startEngine(options, note);
  const model = buildModel(description, { tensors, source: modelFile }) as MaskedAutoencoder;
  try {
    const { normalization } = description;
    const { pixels, shape, keys } = await drawImages(source, { description, options, note });
    const masks = keys.map((_, i) => sampler.sample(model.encoder.grid, createRng(seed, 'mask', i)));
    const views = reconstructionViews.map((view) =>
      view.title === 'masked' ? { ...view, title: `masked ${formatShare(maskRatio)}` } : view,
    );
    await writeReconstructionGrid({ model, pixels, shape, masks, normalization, path: output, views, columns });
    const error = await meanError(model, { pixels, shape, masks });
    stdout.write(
      `${output}: ${formatCount(keys.length)} of ${formatCount(source.length)} images, reconstructed by ${modelFile} on ${engine.name}\n` +
        `mean reconstruction error ${error.toFixed(4)} (${describeLoss(description)})\n` +
        (description.model.normPixLoss ? NORMALISED : ''),
    );
  } finally {
    model.dispose();
  }
}

function gridOf({ model: { encoder } }: ModelDescription) {
  return { t: 1, h: encoder.imageSize.h / encoder.patch.h, w: encoder.imageSize.w / encoder.patch.w };
}

function describeLoss({ model }: ModelDescription): string {
  return `the training loss: mean squared error over hidden patches${model.normPixLoss ? ', each normalised' : ''}`;
}

/** Images as the model takes them. */
type Shown = Pick<Batch, 'pixels' | 'shape' | 'keys'>;

/** Some images of a source; those that can't be read are named, and the next ones taken. */
async function drawImages(
  source: ImageSource,
  details: { description: ModelDescription; options: VisualizeOptions; note: (text: string) => void },
): Promise<Shown> {
  const { description, options, note } = details;
  const { h, w } = description.model.encoder.imageSize;
  const { mean, std } = description.normalization;
  const loader = createImageLoader(source, {
    batchSize: 1,
    imageSize: [h, w],
    transform: { kind: 'eval', mean: mean as unknown as Rgb, std: std as unknown as Rgb },
    shuffle: true,
    seed: options.seed,
    workers: 0,
    maxUnreadableShare: 1,
    onUnreadable: ({ key, reason }) => note(`left out ${printable(key)}: ${printable(reason)}`),
  });
  // By name, for the loader gives an image a second time in the place of one that can't be read.
  const drawn = new Map<string, Float32Array>();
  try {
    for await (const { keys, pixels } of loader.batches()) {
      drawn.set(keys[0]!, pixels);
      if (drawn.size === options.count) break;
    }
  } finally {
    await loader.close();
  }
  const pixels = new Float32Array(drawn.size * h * w * 3);
  for (const [i, image] of [...drawn.values()].entries()) pixels.set(image, i * h * w * 3);
  return { pixels, shape: [drawn.size, h, w, 3], keys: [...drawn.keys()] };
}

/** The model's loss over all images, one at a time. */
async function meanError(
  model: MaskedAutoencoder,
  { pixels, shape, masks }: { pixels: Float32Array; shape: Batch['shape']; masks: readonly AsymmetricMask[] },
): Promise<number> {
  const [, height, width] = shape;
  const size = height * width * 3;
  let sum = 0;
  for (const [i, mask] of masks.entries()) {
    const loss = tf.tidy(() => {
      const image = tf.tensor4d(pixels.subarray(i * size, (i + 1) * size), [1, height, width, 3]);
      return model.loss(image, maskIndicesFrom(maskIndexTensors(indexMasks([mask], model.encoder))));
    });
    sum += (await loss.data())[0]!;
    loss.dispose();
  }
  return sum / masks.length;
}
