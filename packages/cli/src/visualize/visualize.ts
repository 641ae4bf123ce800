import { InputError } from '@masked-distill/base';
import type { Rgb } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import { indexMasks, maskIndexTensors, maskIndicesFrom, type TokenAutoencoder } from '@masked-distill/mae';
import { type AsymmetricMask, type MaskSampler, randomMasking, tubeMasking } from '@masked-distill/masking';
import { createRng } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { tokenGrid } from '../config/checks.ts';
import { type ClipSettings, type InputSize, inputShapeOf, type OpenSettings } from '../data/modality.ts';
import { modalityOf } from '../data/modality-of.ts';
import type { Environment } from '../environment.ts';
import { reconstructionViews } from '../pictures/views.ts';
import { writeReconstruction } from '../pictures/write-reconstruction.ts';
import { formatCount, formatShare } from '../progress/format.ts';
import { type EngineKeys, startEngine } from '../start-engine.ts';
import type { Autoencoder } from '../tasks/autoencoder.ts';
import { buildModel, isVideoModel, type ModelDescription } from '../tasks/model-description.ts';
import { printable } from '../text/printable.ts';
import { readModel } from './read-model.ts';

/** Said of models with normalised targets, whose pictures look better than they are. */
const NORMALISED =
  'hidden patches are drawn with the mean and contrast of the original, which this model does not predict\n';

/** What `visualize` was asked for. */
export interface VisualizeOptions extends EngineKeys, ClipSettings, Pick<OpenSettings, 'root' | 'frameTemplate'> {
  /** A run's folder, a checkpoint's folder, or a model file. */
  readonly checkpoint: string;
  /** Images or videos, as the model takes them. */
  readonly images: string;
  /** The file to write: a PNG, of clips also an animation. */
  readonly output: string;
  /** Images or clips to show. */
  readonly count?: number;
  /** Share of patches hidden. */
  readonly maskRatio?: number;
  /** Names the images and the masks. */
  readonly seed: number;
  /** Images side by side. */
  readonly columns?: number;
}

/** What is drawn where nothing else is asked for. */
const DEFAULTS = { image: { count: 8, maskRatio: 0.75 }, clip: { count: 4, maskRatio: 0.9 } } as const;

/**
 * Writes a picture of what a checkpoint's model makes of images or clips, and says how far off it is.
 *
 * @throws InputError when the checkpoint holds no model of ours, the images can't be used, or the mask leaves nothing
 */
export async function visualize(options: VisualizeOptions, { stdout, stderr }: Environment): Promise<void> {
  const { checkpoint, output, columns, seed, root, frameTemplate, stride } = options;
  const note = (text: string) => void stderr.write(`${text}\n`);
  const { description, tensors, modelFile } = await readModel(checkpoint, note);
  const isVideo = isVideoModel(description);
  if (!isVideo) refuseAnimation(output);
  const { count, maskRatio } = { ...(isVideo ? DEFAULTS.clip : DEFAULTS.image), ...definedOnly(options) };
  const input = inputOf(description);
  const modality = modalityOf(input);
  const source = await modality.open(options.images, { input, root, frameTemplate, stride });
  const sampler: MaskSampler = isVideo ? tubeMasking({ ratio: maskRatio }) : randomMasking({ ratio: maskRatio });
  sampler.counts(gridOf(description));

  const engine = await startEngine(options, note);
  const model = buildModel(description, { tensors, source: modelFile });
  try {
    const { normalization } = description;
    const { pixels, shape, keys } = await drawSamples(source, { description, count, options, note });
    const masks = keys.map((_, i) => sampler.sample(model.encoder.grid, createRng(seed, 'mask', i)));
    const views = reconstructionViews.map((view) =>
      view.title === 'masked' ? { ...view, title: `masked ${formatShare(maskRatio)}` } : view,
    );
    await writeReconstruction({ model, pixels, shape, masks, normalization, paths: [output], views, columns });
    const error = await meanError(model, { pixels, shape, masks });
    stdout.write(
      `${output}: ${formatCount(keys.length)} of ${formatCount(source.length)} ${modality.words.many}, reconstructed by ${modelFile} on ${engine.name}\n` +
        `mean reconstruction error ${error.toFixed(4)} (${describeLoss(description)})\n` +
        (isNormalised(description) ? NORMALISED : ''),
    );
  } finally {
    model.dispose();
  }
}

function refuseAnimation(output: string): void {
  if (/\.png$/i.test(output)) return;
  throw new InputError(`--output: ${output} is an animation, and the model is one of images; give a .png`);
}

const definedOnly = ({ count, maskRatio }: VisualizeOptions) => ({
  ...(count === undefined ? {} : { count }),
  ...(maskRatio === undefined ? {} : { maskRatio }),
});

function inputOf({ model: { encoder } }: ModelDescription): InputSize {
  const { imageSize } = encoder;
  return { imageSize: [imageSize.h, imageSize.w], frames: 'frames' in encoder ? encoder.frames : 1 };
}

function gridOf(description: ModelDescription) {
  const { patch } = description.model.encoder;
  return tokenGrid({ ...inputOf(description), patch: [patch.h, patch.w], tubelet: 't' in patch ? patch.t : 1 });
}

/** VideoMAE's targets are normalised unless it is said otherwise, MAE's are not. */
function isNormalised(description: ModelDescription): boolean {
  return description.model.normPixLoss ?? isVideoModel(description);
}

function describeLoss(description: ModelDescription): string {
  return `the training loss: mean squared error over hidden patches${isNormalised(description) ? ', each normalised' : ''}`;
}

/** Images or clips as the model takes them. */
interface Shown {
  readonly pixels: Float32Array;
  readonly shape: readonly number[];
  readonly keys: readonly string[];
}

/** Some samples of a source; those that can't be read are named, and the next ones taken. */
async function drawSamples(
  source: SampleSource<SourceSample>,
  details: {
    description: ModelDescription;
    count: number;
    options: VisualizeOptions;
    note: (text: string) => void;
  },
): Promise<Shown> {
  const { description, count, options, note } = details;
  const input = inputOf(description);
  const { mean, std } = description.normalization;
  const { stride, sampling, reader } = options;
  const loader = modalityOf(input).evalLoader(source, {
    batchSize: 1,
    input,
    normalization: { mean: mean as Rgb, std: std as Rgb },
    clips: { stride, sampling, reader },
    shuffle: true,
    seed: options.seed,
    workers: 0,
    replaceUnreadable: true,
    maxUnreadableShare: 1,
    onUnreadable: ({ key, reason }) => note(`left out ${printable(key)}: ${printable(reason)}`),
  });
  // By name, for the loader gives a sample a second time in the place of one that can't be read.
  const drawn = new Map<string, Float32Array>();
  try {
    for await (const { keys, pixels } of loader.batches()) {
      drawn.set(keys[0]!, pixels);
      if (drawn.size === count) break;
    }
  } finally {
    await loader.close();
  }
  const shape = inputShapeOf(input);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const pixels = new Float32Array(drawn.size * size);
  for (const [i, sample] of [...drawn.values()].entries()) pixels.set(sample, i * size);
  return { pixels, shape: [drawn.size, ...shape], keys: [...drawn.keys()] };
}

/** The model's loss over all samples, one at a time. */
async function meanError(
  model: Autoencoder,
  { pixels, shape, masks }: { pixels: Float32Array; shape: readonly number[]; masks: readonly AsymmetricMask[] },
): Promise<number> {
  const one = [1, ...shape.slice(1)];
  const size = one.reduce((product, extent) => product * extent, 1);
  let sum = 0;
  for (const [i, mask] of masks.entries()) {
    const loss = tf.tidy(() => {
      const sample = tf.tensor(pixels.subarray(i * size, (i + 1) * size), one) as tf.Tensor;
      const indices = maskIndicesFrom(maskIndexTensors(indexMasks([mask], model.encoder)));
      return (model as TokenAutoencoder<tf.Tensor4D | tf.Tensor5D>).loss(sample as tf.Tensor5D, indices);
    });
    sum += (await loss.data())[0]!;
    loss.dispose();
  }
  return sum / masks.length;
}
