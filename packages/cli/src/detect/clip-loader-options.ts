import type { ClipLoaderOptions } from '@masked-distill/video-data';
import type { CompleteDetectConfig } from '../config/detect-config.ts';

/** How clips are taken of videos for a detector: the frames around a second, each scaled as a whole. */
export function clipLoaderOptions({
  model,
  data,
}: CompleteDetectConfig): Pick<ClipLoaderOptions, 'size' | 'sampling' | 'transform' | 'reader'> {
  const { stride, reader, maxPixels, mean, std } = data;
  return {
    size: model.imageSize,
    sampling: { kind: 'dense', frames: model.frames, stride },
    transform: { kind: 'eval', fit: 'stretch', mean, std },
    reader: { reader, maxPixels },
  };
}
