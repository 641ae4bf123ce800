import { createRng } from '@masked-distill/base';
import { limitSource } from '@masked-distill/image-data';
import type { MaskSampler } from '@masked-distill/masking';
import type { RunFolder } from '@masked-distill/train';
import type { RunConfig } from '../config/run-config.ts';
import { inputSizeOf } from '../data/modality.ts';
import type { PictureView } from '../pictures/views.ts';
import { writeReconstruction } from '../pictures/write-reconstruction.ts';
import type { Autoencoder } from '../tasks/autoencoder.ts';
import type { RunSources } from './open-sources.ts';

/** Images in a picture, and clips, each of which takes several rows. */
const SHOWN = { 'an image': 8, 'a clip': 4 };

/** What {@link createPicturePainter} works on. */
export interface PicturePainterOptions {
  /** Where the images or clips come from: the same ones in every picture of the run. */
  readonly sources: RunSources;
  /** The run whose `pictures` folder they go to. */
  readonly run: RunFolder;
  /** The run's settings. */
  readonly config: RunConfig;
  /** Draws the masks, the same in every picture of the run. */
  readonly sampler: MaskSampler;
  /** The pictures of an image. Default: original, masked, reconstructed. */
  readonly views?: readonly PictureView[];
}

/** Makes a function that paints what the model reconstructs after so many steps. */
export async function createPicturePainter(
  model: Autoencoder,
  { sources, run, config, sampler, views }: PicturePainterOptions,
): Promise<(step: number) => Promise<void>> {
  const { modality, train } = sources;
  const { mean, std, stride, sampling, reader, maxPixels } = config.data;
  const batchSize = SHOWN[modality.words.one];
  const loader = modality.evalLoader(limitSource(train, batchSize), {
    batchSize,
    input: inputSizeOf(model.encoder),
    normalization: { mean, std },
    clips: { stride, sampling, reader },
    workers: 0,
    maxPixels,
    replaceUnreadable: true,
    maxUnreadableShare: 1,
  });
  const first = await loader.batches().next();
  await loader.close();
  if (first.done) return async () => {};
  const { pixels, shape, keys } = first.value;
  const masks = keys.map((_, i) => sampler.sample(model.encoder.grid, createRng(config.run.seed, 'picture', i)));
  return (step) => {
    const name = `${run.pictures}/reconstruction-${String(step).padStart(6, '0')}`;
    return writeReconstruction({
      model,
      pixels,
      shape,
      masks,
      views,
      normalization: { mean, std },
      paths: modality.words.one === 'a clip' ? [`${name}.png`, `${name}.webp`] : [`${name}.png`],
    });
  };
}
