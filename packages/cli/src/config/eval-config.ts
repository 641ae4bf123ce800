import { clipKeys, dataKeys } from './data-keys.ts';
import { finetuneKeys } from './finetune-config.ts';
import { type ConfigOf, key, optionalKey } from './key.ts';
import { oneOf, pattern, size, text, whole } from './kinds.ts';
import { runKeys } from './run-keys.ts';

/** How a classifier is found and what its input is; shared by the verbs that use one. */
export const classifierKeys = {
  checkpoint: optionalKey(text('path'), { is: 'a run of finetune, a checkpoint, or a file of weights with a head' }),
  weights: key(oneOf(['own', 'averaged']), {
    is: "the checkpoint's own weights, or the moving average that was kept beside them",
    default: 'own',
  }),
  imageSize: optionalKey(size(), { is: "view in pixels (the checkpoint's; positions are interpolated)" }),
  cropShare: finetuneKeys.data.cropShare,
};

/** How many views are taken of a sample, alike for every verb that classifies. */
export const viewKeys = {
  crops: optionalKey(whole(), {
    is: 'crops of each view: images 1 or 10 (1), clips along the longer side (3)',
  }),
  clips: optionalKey(whole(), { is: 'clips: so many of each video (dense 5, uniform 2)' }),
  frames: optionalKey(whole(), { is: 'clips: frames, where the checkpoint does not tell (16)' }),
};

/** Threads and engines, alike for every verb that runs a model over data. */
export const passKeys = {
  workers: dataKeys.workers,
  maxPixels: dataKeys.maxPixels,
  engine: runKeys.engine,
  device: runKeys.device,
  threads: runKeys.threads,
};

/** Every flag of `masked-distill eval` but `--merge`. */
export const evalKeys = {
  ...classifierKeys,
  data: optionalKey(text('path'), {
    is: 'labelled images or clips: folder, list file, tars, or procedural:<count>[:<seed>]',
  }),
  output: key(text('folder'), { is: 'folder of the results; the same command goes on there', default: 'evaluation' }),
  limit: dataKeys.limit,
  shard: key(pattern(/^[1-9]\d{0,5}\/[1-9]\d{0,5}$/, { wants: 'a part such as 1/4', placeholder: 'i/n' }), {
    is: 'evaluate only the i-th of n parts; --merge joins them',
    default: '1/1',
  }),
  ...viewKeys,
  ...clipKeys,
  batchSize: key(whole(), { is: 'views computed at once', default: 32 }),
  ...passKeys,
};

/** What `eval` was asked for. */
export type EvalConfig = ConfigOf<typeof evalKeys>;
