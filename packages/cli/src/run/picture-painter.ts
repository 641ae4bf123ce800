import { createRng } from '@masked-distill/base';
import { createImageLoader, type ImageSource, limitSource } from '@masked-distill/image-data';
import type { MaskedAutoencoder } from '@masked-distill/mae';
import type { MaskSampler } from '@masked-distill/masking';
import type { RunFolder } from '@masked-distill/train';
import type { ImageRunConfig } from '../config/image-run-config.ts';
import { writeReconstructionGrid } from '../pictures/reconstruction-grid.ts';
import type { PictureView } from '../pictures/views.ts';

/** Images in a picture. */
const SHOWN = 8;

/** What {@link createPicturePainter} works on. */
export interface PicturePainterOptions {
  /** Where the images come from: evenly spread over it, the same in every picture of the run. */
  readonly source: ImageSource;
  /** The run whose `pictures` folder they go to. */
  readonly run: RunFolder;
  /** The run's settings. */
  readonly config: ImageRunConfig;
  /** Draws the masks, the same in every picture of the run. */
  readonly sampler: MaskSampler;
  /** The pictures of an image. Default: original, masked, reconstructed. */
  readonly views?: readonly PictureView[];
}

/** Makes a function that paints what the model reconstructs after so many steps. */
export async function createPicturePainter(
  model: MaskedAutoencoder,
  { source, run, config, sampler, views }: PicturePainterOptions,
): Promise<(step: number) => Promise<void>> {
  const { mean, std } = config.data;
  const loader = createImageLoader(limitSource(source, SHOWN), {
    batchSize: SHOWN,
    imageSize: config.model.imageSize,
    transform: { kind: 'eval', mean, std },
    workers: 0,
    maxPixels: config.data.maxPixels,
    maxUnreadableShare: 1,
  });
  const first = await loader.batches().next();
  await loader.close();
  if (first.done) return async () => {};
  const { pixels, shape, keys } = first.value;
  const masks = keys.map((_, i) => sampler.sample(model.encoder.grid, createRng(config.run.seed, 'picture', i)));
  return (step) =>
    writeReconstructionGrid({
      model,
      pixels,
      shape,
      masks,
      views,
      normalization: { mean, std },
      path: `${run.pictures}/reconstruction-${String(step).padStart(6, '0')}.png`,
    });
}
