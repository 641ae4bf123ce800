import { clipKeys, dataKeys } from './data-keys.ts';
import { classifierKeys, passKeys } from './eval-config.ts';
import { type ConfigOf, key, optionalKey } from './key.ts';
import { oneOf, or, pattern, text, whole } from './kinds.ts';

/** Every flag of `masked-distill extract`. */
export const extractKeys = {
  checkpoint: optionalKey(text('path'), { is: 'a run, a checkpoint, or a file of weights' }),
  data: optionalKey(text('path'), {
    is: 'images or videos: a file, folder, list file, tars, or procedural:<count>[:<seed>]',
  }),
  output: key(
    pattern(/\.(npy|safetensors)$/i, { wants: 'a file name that ends in .npy or .safetensors', placeholder: 'file' }),
    {
      is: 'features to write; beside .npy the names of its rows, as .json',
      default: 'features.npy',
    },
  ),
  layer: key(or('last', whole()), {
    is: 'block whose raw output is taken, counted from 1; last is behind the final norm',
    default: 'last',
  }),
  pooling: key(oneOf(['mean', 'class', 'none']), {
    is: 'mean of the patch tokens, the class token, or all tokens (the class token first)',
    default: 'mean',
  }),
  window: key(or('off', whole()), {
    is: 'videos: features of windows of so many frames, sliding over each video',
    default: 'off',
  }),
  windowStep: optionalKey(whole(), { is: 'frames from one window to the next (as window: they follow each other)' }),
  weights: classifierKeys.weights,
  imageSize: classifierKeys.imageSize,
  cropShare: classifierKeys.cropShare,
  frames: optionalKey(whole(), { is: 'clips: frames, where the checkpoint does not tell' }),
  limit: dataKeys.limit,
  ...clipKeys,
  batchSize: optionalKey(whole(), { is: 'images or clips at once (64 images, or clips of as many frames together)' }),
  ...passKeys,
};

/** What `extract` was asked for. */
export type ExtractConfig = ConfigOf<typeof extractKeys>;
