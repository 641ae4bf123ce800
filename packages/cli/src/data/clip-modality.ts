import { InputError } from '@masked-distill/base';
import {
  type ClipSample,
  type ClipSampling,
  createClipLoader,
  createProceduralMotionSource,
  openClipSource,
} from '@masked-distill/video-data';
import { clipKeys } from '../config/data-keys.ts';
import {
  type ClipSettings,
  type InputSize,
  type Modality,
  type ReadingLimits,
  trainTransformOf,
  workersOf,
} from './modality.ts';

const PROCEDURAL = /^procedural-motion:(\d{1,7})(?::(\d{1,9})(?::(\d{1,2}))?)?$/;

/**
 * Clips: `procedural-motion:<count>[:<seed>[:<classes>]]` draws videos, at the size given and as long as a dense clip, since their class is what happens
 * from their first frame to their last.
 */
export const clipModality: Modality<ClipSample> = {
  words: { one: 'a clip', many: 'videos' },
  drawn: { path: 'procedural-motion:240436', like: 'Kinetics-400' },
  async open(path, { input, root, frameTemplate, stride = clipKeys.stride.default! }) {
    if (path.startsWith('procedural:')) {
      throw new InputError(
        `data: ${path} draws images, and the model takes clips; give procedural-motion:<count>, or a model of images such as --model tiny`,
      );
    }
    const procedural = PROCEDURAL.exec(path);
    if (!procedural) return openClipSource(path, { root, template: frameTemplate });
    const [length, seed, classes] = procedural
      .slice(1)
      .map((digits) => (digits === undefined ? digits : Number(digits)));
    const size = { size: input.imageSize, frames: input.frames! * stride };
    return createProceduralMotionSource({ length, seed, classes, ...size });
  },
  trainLoader(source, { data, optim, model, run }, onUnreadable) {
    const { scale, ratio } = data;
    return createClipLoader(source, {
      batchSize: optim.batchSize,
      size: model.imageSize,
      sampling: samplingOf(model, data),
      transform: {
        ...trainTransformOf(data),
        crop: data.crop === 'multi-scale' ? { kind: 'multi-scale' } : { kind: 'random-resized', scale, ratio },
      },
      repeats: data.repeats,
      workers: workersOf(data),
      seed: run.seed,
      reader: readerOf(data),
      maxUnreadableShare: data.maxUnreadableShare,
      onUnreadable,
    });
  },
  evalLoader(source, { input, normalization, views, clips = {}, maxPixels, cropShare: _, ...options }) {
    return createClipLoader(source, {
      ...options,
      size: input.imageSize,
      sampling: samplingOf(input, clips),
      transform: { kind: 'eval', ...views, ...normalization },
      reader: readerOf({ ...clips, maxPixels }),
    });
  },
};

function samplingOf({ frames }: InputSize, { sampling, stride }: Partial<ClipSettings>): ClipSampling {
  return sampling === 'uniform' ? { kind: 'uniform', frames } : { kind: 'dense', frames, stride };
}

/** What decodes, and what it refuses. */
const readerOf = ({ reader, maxPixels }: Partial<ClipSettings> & ReadingLimits) => ({
  reader,
  maxPixels,
});
