import { clipKeys, dataKeys } from './data-keys.ts';
import { classifierKeys, passKeys, viewKeys } from './eval-config.ts';
import { type ConfigOf, key, optionalKey } from './key.ts';
import { text, whole } from './kinds.ts';

/** Every flag of `masked-distill predict`. */
export const predictKeys = {
  ...classifierKeys,
  data: optionalKey(text('path'), {
    is: 'images or videos: a file, folder, list file, tars, or procedural:<count>[:<seed>]',
  }),
  top: key(whole(), { is: 'classes named for each sample, the likeliest first', default: 5 }),
  output: key(text('folder'), { is: 'folder of predictions.jsonl and contact-sheet.png', default: 'predictions' }),
  sheetCount: key(whole(), { is: 'samples on the contact sheet, the first ones', default: 24 }),
  limit: dataKeys.limit,
  ...viewKeys,
  ...clipKeys,
  batchSize: key(whole(), { is: 'views computed at once', default: 32 }),
  ...passKeys,
};

/** What `predict` was asked for. */
export type PredictConfig = ConfigOf<typeof predictKeys>;
