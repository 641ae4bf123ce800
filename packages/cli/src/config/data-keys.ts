import { key, optionalKey } from './key.ts';
import { oneOf, or, pair, pattern, real, text, toggle, triple, whole } from './kinds.ts';

/** How clips are taken out of videos, and where their files are. */
export const clipKeys = {
  root: optionalKey(text('folder'), {
    is: 'clips: where the paths of a list begin; default beside the list',
    flag: 'data-root',
  }),
  stride: key(whole(), {
    is: 'clips: frames from one of a clip to the next',
    default: 4,
    aliases: ['sampling_rate'],
  }),
  sampling: key(oneOf(['dense', 'uniform']), {
    is: 'clips: frames at the stride from a random start, or one of each of as many segments (TSN)',
    default: 'dense',
  }),
  frameTemplate: optionalKey(text('template'), {
    is: 'clips: names of the pictures in folders of frames, such as img_{:05}.jpg',
    aliases: ['filename_tmpl', 'fname_tmpl'],
  }),
  reader: key(oneOf(['auto', 'node-av', 'ffmpeg']), {
    is: 'clips: what decodes video files',
    default: 'auto',
  }),
};

/** Which images or clips, and what is done to them on their way. The means and deviations are ImageNet's. */
export const dataKeys = {
  path: optionalKey(text('path'), {
    is: 'folder, list file, WebDataset tars such as train-{0000..0009}.tar, or procedural:<count>[:<seed>] of images; of clips alike, or procedural-motion:<count>[:<seed>[:<classes>]]',
    flag: 'data',
  }),
  val: optionalKey(text('path'), { is: 'labelled images whose classes the features are to tell apart, by k-NN' }),
  valShare: key(real({ min: 0, below: 1 }), {
    is: 'without val: share of the labelled images held out for it; 0 for no k-NN',
    default: 0,
  }),
  limit: key(or('off', whole()), { is: 'use only the first so many images', default: 'off' }),
  workers: key(or('auto', whole(0)), {
    is: 'threads that decode and augment; the images do not depend on it',
    default: 'auto',
    aliases: ['num_workers'],
  }),
  cache: key(or('off', text('folder')), {
    is: 'keep resized images in this folder, for small machines',
    default: 'off',
  }),
  cacheShortSide: key(whole(), { is: 'short side of a cached image in pixels', default: 256 }),
  shuffleBuffer: key(whole(), {
    is: 'images held for shuffling when the source can only be read in order',
    default: 4096,
  }),
  repeats: key(whole(), {
    is: 'crops taken of each decoded image (repeated augmentation)',
    default: 1,
    aliases: ['num_sample'],
  }),
  maxUnreadableShare: key(real({ min: 0, max: 1 }), {
    is: 'stop when more than this share of the images is unreadable',
    default: 0.05,
  }),
  maxPixels: key(whole(), { is: 'refuse images of more pixels than this', default: 2 ** 27 }),
  ...clipKeys,
  crop: key(oneOf(['random-resized', 'multi-scale']), {
    is: "clips: crops of any area and ratio within the bounds, or of VideoMAE's four scales at 13 places",
    default: 'random-resized',
  }),
  scale: key(pair({ above: 0, max: 1 }), {
    is: 'area of a random crop over that of the image',
    default: [0.2, 1],
    flag: 'crop-scale',
  }),
  ratio: key(pair({ above: 0 }), {
    is: 'width over height of a random crop',
    default: [3 / 4, 4 / 3],
    flag: 'crop-ratio',
  }),
  flip: key(toggle(), { is: 'mirror half of the images', default: true }),
  colorJitter: key(real({ min: 0, max: 1 }), {
    is: 'strength of random brightness, contrast and saturation',
    default: 0,
  }),
  randAugment: key(
    or(
      'off',
      pattern(/^(rand-)?m(10|\d)-n[1-9](-mstd0\.5)?(-inc1)?$/, {
        wants: 'a RandAugment setting such as m9-n2',
        placeholder: 'm9-n2',
      }),
    ),
    { is: 'RandAugment: magnitude 0 to 10 and number of operations', default: 'off', aliases: ['aa'] },
  ),
  mean: key(triple({ min: 0, max: 1 }), {
    is: 'mean of red, green and blue, subtracted',
    default: [0.485, 0.456, 0.406],
  }),
  std: key(triple({ above: 0 }), {
    is: 'deviation of red, green and blue, divided by',
    default: [0.229, 0.224, 0.225],
  }),
};
