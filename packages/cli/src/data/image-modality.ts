import { InputError } from '@masked-distill/base';
import {
  cacheImages,
  createImageLoader,
  createProceduralSource,
  type ImageSample,
  openImageSource,
} from '@masked-distill/image-data';
import { type Modality, trainTransformOf, workersOf } from './modality.ts';

const PROCEDURAL = /^procedural:(\d{1,7})(?::(\d{1,9}))?$/;

/** Images: `procedural:<count>[:<seed>]` draws them, at the size given. */
export const imageModality: Modality<ImageSample> = {
  words: { one: 'an image', many: 'images' },
  drawn: { path: 'procedural:1281167', like: 'ImageNet-1k' },
  async open(path, { input, shuffleBuffer }) {
    if (path.startsWith('procedural-motion:')) {
      throw new InputError(
        `data: ${path} draws clips, and the model takes images; give procedural:<count>, or a model of clips such as --model video-tiny`,
      );
    }
    const procedural = PROCEDURAL.exec(path);
    if (!procedural) return openImageSource(path, { shuffleBuffer });
    const [length, seed] = [Number(procedural[1]), Number(procedural[2] ?? 0)];
    return createProceduralSource({ length, seed, size: input.imageSize });
  },
  cache: cacheImages,
  trainLoader(source, { data, optim, model, run }, onUnreadable) {
    const { scale, ratio } = data;
    return createImageLoader(source, {
      batchSize: optim.batchSize,
      imageSize: model.imageSize,
      transform: { ...trainTransformOf(data), scale, ratio },
      repeats: data.repeats,
      workers: workersOf(data),
      seed: run.seed,
      maxPixels: data.maxPixels,
      maxUnreadableShare: data.maxUnreadableShare,
      onUnreadable,
    });
  },
  evalLoader(source, { input, normalization, cropShare, views, clips: _, ...options }) {
    const transform = { kind: 'eval' as const, cropShare, crops: views?.crops as 1 | 10 | undefined, ...normalization };
    return createImageLoader(source, { ...options, imageSize: input.imageSize, transform });
  },
};
