import {
  createImageLoader,
  type ImageLoader,
  type ImageSource,
  type UnreadableReport,
} from '@masked-distill/image-data';
import type { ImageRunConfig } from '../config/image-run-config.ts';

/** The loader of a run's training images. */
export function loaderOf(
  source: ImageSource,
  { data, optim, model, run }: ImageRunConfig,
  onUnreadable: (report: UnreadableReport) => void,
): ImageLoader {
  const { mean, std, scale, ratio, flip, colorJitter: strength } = data;
  const jitter = { brightness: strength, contrast: strength, saturation: strength };
  return createImageLoader(source, {
    batchSize: optim.batchSize,
    imageSize: model.imageSize,
    transform: {
      kind: 'train',
      mean,
      std,
      scale,
      ratio,
      flip: flip ? 0.5 : 0,
      colorJitter: strength > 0 ? jitter : undefined,
      randAugment: data.randAugment === 'off' ? undefined : parseRandAugment(data.randAugment),
    },
    repeats: data.repeats,
    workers: workersOf(data),
    seed: run.seed,
    maxPixels: data.maxPixels,
    maxUnreadableShare: data.maxUnreadableShare,
    onUnreadable,
  });
}

/** Number of worker threads; undefined lets the loader decide. */
export function workersOf({ workers }: Pick<ImageRunConfig['data'], 'workers'>): number | undefined {
  return workers === 'auto' ? undefined : workers;
}

/** 'm9-n2' as RandAugment's magnitude and count. */
function parseRandAugment(setting: string): { magnitude: number; count: number } {
  const [magnitude, count] = setting.match(/\d+/g)!.map(Number);
  return { magnitude: magnitude!, count: count! };
}
