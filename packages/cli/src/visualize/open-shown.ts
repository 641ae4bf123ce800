import { InputError } from '@masked-distill/base';
import { denormalize, type Rgb, type RgbImage } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { Engine } from '@masked-distill/tensor-core';
import { type Backbone, createEncoder } from '@masked-distill/vit';
import { type ClipSettings, type InputSize, inputSizeOf, type OpenSettings } from '../data/modality.ts';
import { modalityOf } from '../data/modality-of.ts';
import { openSamples } from '../data/open-samples.ts';
import type { Environment } from '../environment.ts';
import { type SampleViewsOptions, sampleViews } from '../evaluation/sample-views.ts';
import { type EngineKeys, startEngine } from '../start-engine.ts';
import { printable } from '../text/printable.ts';
import { openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { readNormalization } from '../weights/read-normalization.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';

/** What pictures of an encoder are made of. */
export interface EncoderPictureOptions extends EngineKeys, ClipSettings, Pick<OpenSettings, 'root' | 'frameTemplate'> {
  /** A run, a checkpoint, or a file of weights. */
  readonly checkpoint: string;
  /** Images or videos, as the encoder takes them. */
  readonly images: string;
  /** The PNG file to write. */
  readonly output: string;
  /** Images or clips to show. */
  readonly count?: number;
  /** Names which of them are shown. */
  readonly seed: number;
  /** The block that is looked at, counted from 1; default the last. */
  readonly layer?: number;
}

/** An encoder that stands, and the samples it is shown. */
export interface Shown {
  /** The encoder. */
  readonly encoder: Backbone;
  /** Its attention heads. */
  readonly heads: number;
  /** The block that is looked at. */
  readonly layer: number;
  /** The file it is from. */
  readonly path: string;
  /** What computes. */
  readonly engine: Engine;
  /** What it takes. */
  readonly input: Required<InputSize>;
  /** The samples there are. */
  readonly source: SampleSource<SourceSample>;
  /** How they are read. */
  readonly reading: Omit<SampleViewsOptions, 'batchSize'>;
  /** A frame of a sample as a picture; of an image its only one. */
  picture(pixels: Float32Array, frame?: number): RgbImage;
}

/** A sample as the encoder takes it. */
export interface ShownSample {
  /** Its index in the source. */
  readonly index: number;
  /** Its pixels, normalised. */
  readonly pixels: Float32Array;
}

/**
 * Opens an encoder and the samples it is to be shown.
 *
 * @param work what is done with them; the encoder lasts as long
 * @throws InputError when weights or samples can't be used, or there is no such layer
 */
export async function withShown(
  options: EncoderPictureOptions,
  environment: Environment,
  work: (shown: Shown) => Promise<void>,
): Promise<void> {
  const { checkpoint, images, output } = options;
  const note = (text: string) => void environment.stderr.write(`${text}\n`);
  if (!/\.png$/i.test(output))
    throw new InputError(`--output: ${output} is an animation, and this is a picture; give a .png`);
  const { path, skipped } = await resolveWeights(checkpoint, { environment });
  for (const { path: damaged, reason } of skipped) note(`passed over ${damaged}: ${reason}`);
  const opened = await openEncoderWeights(path);
  try {
    const { depth } = opened.weights.description;
    const { layer = depth } = options;
    if (layer > depth)
      throw new InputError(`--layer: the encoder of ${path} has ${depth} layers, not ${layer}; give 1 to ${depth}`);
    const engine = await startEngine(options, note);
    const { encoder, config } = await createEncoder(opened.weights);
    try {
      const input = inputSizeOf(encoder);
      const source = await openSamples(images, { ...options, input });
      const { mean, std } = await readNormalization(path, opened.file.metadata);
      const normalization = { mean: mean as Rgb, std: std as Rgb };
      const [height, width] = input.imageSize;
      const size = height * width * 3;
      await work({
        encoder,
        heads: config.heads,
        layer,
        path,
        engine,
        input,
        source,
        reading: {
          modality: modalityOf(input),
          input,
          normalization,
          clips: options,
          workers: 0,
          onUnreadable: ({ key, reason }) => note(`left out ${printable(key)}: ${printable(reason)}`),
        },
        picture: (pixels, frame = 0) =>
          denormalize(pixels.subarray(frame * size, (frame + 1) * size), { height, width, ...normalization }),
      });
    } finally {
      encoder.dispose();
    }
  } finally {
    await opened.close();
  }
}

/** Samples of a source in the order given, one at a time; those that can't be read are left out. */
export async function* readSamples(
  source: SampleSource<SourceSample>,
  { indices, reading }: { readonly indices: readonly number[]; readonly reading: Shown['reading'] },
): AsyncGenerator<ShownSample> {
  const some = {
    ...source,
    length: indices.length,
    sample: (place: number) => source.sample(indices[place]!),
  };
  const loader = sampleViews(some, { ...reading, batchSize: 1 });
  try {
    let place = 0;
    for await (const { pixels } of loader.batches()) {
      const index = indices[place]!;
      if (!loader.unreadable.has(place++)) yield { index, pixels: pixels.slice() };
    }
  } finally {
    await loader.close();
  }
}

/** Some samples, drawn by a seed. */
export async function drawShown(
  { source, reading }: Pick<Shown, 'source' | 'reading'>,
  { count, seed }: { count: number; seed: number },
): Promise<ShownSample[]> {
  const drawn: ShownSample[] = [];
  const indices = [...source.order(seed, 0)];
  for await (const sample of readSamples(source, { indices, reading })) {
    drawn.push(sample);
    if (drawn.length === Math.min(count, source.length)) break;
  }
  if (drawn.length === 0)
    throw new InputError(`visualize: none of the ${source.length} samples of ${source.name} can be read`);
  return drawn;
}

/** Frames that stand for a clip, one for each of up to eight steps of its tokens, evenly spread. Of an image the only one. */
export function shownSteps({ grid, patch }: Pick<Backbone, 'grid' | 'patch'>): { step: number; frame: number }[] {
  const count = Math.min(8, grid.t);
  return Array.from({ length: count }, (_, i) => {
    const step = Math.floor((i * grid.t) / count);
    return { step, frame: step * patch.t };
  });
}
