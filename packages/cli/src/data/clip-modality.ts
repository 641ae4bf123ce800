import { InputError } from '@masked-distill/base';
import { type ClipSample, openClipSource } from '@masked-distill/video-data';
import type { Modality } from './modality.ts';

/** Clips: `procedural-motion:<count>[:<seed>]` draws them, at the size given. */
export const clipModality: Modality<ClipSample> = {
  words: { one: 'a clip', many: 'videos' },
  async open(path, { root, frameTemplate }) {
    if (path.startsWith('procedural:')) {
      throw new InputError(
        `data: ${path} draws images, and the model takes clips; give procedural-motion:<count>, or a model of images such as --model tiny`,
      );
    }
    return openClipSource(path, { root, template: frameTemplate });
  },
  trainLoader: () => {
    throw new InputError('data: clips are not read yet');
  },
  evalLoader: () => {
    throw new InputError('data: clips are not read yet');
  },
};
