import { InputError } from '@masked-distill/base';
import { clipKeys } from '../config/data-keys.ts';
import { key, optionalKey } from '../config/key.ts';
import { pattern, real, text, whole } from '../config/kinds.ts';
import { runKeys } from '../config/run-keys.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

const pictureFile = pattern(/\.(png|webp|gif)$/i, {
  wants: 'a file name that ends in .png, or of clips in .webp or .gif',
  placeholder: 'file',
});

const flags = {
  output: key(pictureFile, {
    is: 'picture to write; of clips .png is a contact sheet, .webp and .gif are animations',
    default: 'reconstruction.png',
  }),
  count: optionalKey(whole(), { is: 'images or clips shown, drawn by the seed (default: 8 images, 4 clips)' }),
  maskRatio: optionalKey(real({ above: 0, below: 1 }), {
    is: 'share of patches hidden (default: 0.75 of images, 0.9 of clips, in tubes)',
  }),
  seed: key(whole(0), { is: 'seed of the images and masks', default: 0 }),
  ...clipKeys,
  columns: optionalKey(whole(), { is: 'images side by side (default: 1 for up to four images, else 2)' }),
  engine: runKeys.engine,
  device: runKeys.device,
  threads: runKeys.threads,
};
const sourceFlags = {
  images: optionalKey(text('path'), { is: 'images or videos: folder, list file, or WebDataset tars' }),
  data: optionalKey(text('path'), { is: 'the same' }),
};
const required = {
  checkpoint: key(text('path'), { is: "a run's folder, a checkpoint's folder, or a model file of pretrain" }),
};

/** `visualize`: draws what a masked autoencoder makes of images or clips. */
export const visualizeVerb: Verb = (program, environment) => {
  const command = program
    .command('visualize')
    .description('draw original, masked and reconstructed images or clips')
    .usage('--checkpoint <path> --images <path> [flags]');
  for (const [name, { is }] of Object.entries(required)) command.requiredOption(`--${name} <path>`, is);
  addVerbFlags(command, { ...sourceFlags, ...flags });
  command.action(async () => {
    const { data, ...options } = readVerbFlags(command, { ...required, ...sourceFlags, ...flags });
    const images = options.images ?? data;
    if (images === undefined) throw new InputError('visualize: nothing to draw was given; add --images PATH');
    const { visualize } = await import('../visualize/visualize.ts');
    await visualize({ ...options, images }, environment);
  });
};
