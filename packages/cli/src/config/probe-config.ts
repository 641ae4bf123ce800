import { clipKeys, dataKeys } from './data-keys.ts';
import { finetuneKeys } from './finetune-config.ts';
import { type ConfigOf, key, optionalKey } from './key.ts';
import { oneOf, or, pattern, size, text, triple, whole } from './kinds.ts';
import { runKeys } from './run-keys.ts';

/** Every flag of `masked-distill probe`. */
export const probeKeys = {
  data: key(text('path'), {
    is: 'labelled images or videos to learn from: folder, list file, tars, or procedural:<count>[:<seed>], of clips procedural-motion:<count>[:<seed>[:<classes>]]',
  }),
  limit: dataKeys.limit,
  val: finetuneKeys.data.val,
  valShare: finetuneKeys.data.valShare,
  trainLimit: { ...finetuneKeys.data.trainLimit, is: 'learn from only so many images, drawn after those to judge by' },
  cropShare: finetuneKeys.data.cropShare,
  imageSize: optionalKey(size(), { is: "image in pixels (the encoder's own; positions are interpolated)" }),
  frames: optionalKey(whole(), { is: "frames of a clip (the encoder's own; positions are made for as many)" }),
  ...clipKeys,
  pooling: key(oneOf(['mean', 'class']), {
    is: 'features: the mean of the final patch tokens, or the class token',
    default: 'mean',
  }),
  k: key(pattern(/^[1-9]\d*(,[1-9]\d*)*$/, { wants: 'numbers such as 1,5,10,20', placeholder: 'n,n' }), {
    is: 'neighbours that vote',
    default: '1,5,10,20',
  }),
  optimizer: key(oneOf(['optimum', 'sgd', 'lars'], 'name'), {
    is: 'linear probe: fitted to its optimum; or 90 epochs of SGD or LARS, a sweep of learning rates in one pass',
    default: 'optimum',
  }),
  features: key(or('off', text('folder')), {
    is: 'keep features in this folder, so that another probe of the same encoder and data takes seconds',
    default: 'off',
  }),
  json: optionalKey(text('file'), { is: 'write everything measured to this file' }),
  batchSize: optionalKey(whole(), { is: 'images or clips encoded at once (64 images, or clips of as many frames)' }),
  workers: dataKeys.workers,
  cache: dataKeys.cache,
  cacheShortSide: dataKeys.cacheShortSide,
  shuffleBuffer: dataKeys.shuffleBuffer,
  maxPixels: dataKeys.maxPixels,
  mean: optionalKey(triple({ min: 0, max: 1 }), {
    is: "mean of red, green and blue (the checkpoint's; else ImageNet's)",
  }),
  std: optionalKey(triple({ above: 0 }), {
    is: "deviation of red, green and blue (the checkpoint's; else ImageNet's)",
  }),
  seed: key(whole(0), { is: 'seed of which training images choose the weight decay or learning rate', default: 0 }),
  engine: runKeys.engine,
  device: runKeys.device,
  threads: runKeys.threads,
};

/** What `probe` was asked for. */
export type ProbeConfig = ConfigOf<typeof probeKeys>;
