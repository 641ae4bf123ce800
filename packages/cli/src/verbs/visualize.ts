import { key, optionalKey } from '../config/key.ts';
import { pattern, real, text, whole } from '../config/kinds.ts';
import { runKeys } from '../config/run-keys.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

const pngFile = pattern(/\.png$/i, { wants: 'a file name that ends in .png', placeholder: 'file' });

const flags = {
  output: key(pngFile, { is: 'picture to write', default: 'reconstruction.png' }),
  count: key(whole(), { is: 'images shown, drawn by the seed', default: 8 }),
  maskRatio: key(real({ above: 0, below: 1 }), { is: 'share of patches hidden', default: 0.75 }),
  seed: key(whole(0), { is: 'seed of the images and masks', default: 0 }),
  columns: optionalKey(whole(), { is: 'images side by side (default: 1 for up to four images, else 2)' }),
  engine: runKeys.engine,
  device: runKeys.device,
  threads: runKeys.threads,
};
const required = {
  checkpoint: key(text('path'), { is: "a run's folder, a checkpoint's folder, or a model file of pretrain" }),
  images: key(text('path'), { is: 'image folder, list file, or WebDataset tars' }),
};

/** `visualize`: draws what a masked autoencoder makes of images. */
export const visualizeVerb: Verb = (program, environment) => {
  const command = program
    .command('visualize')
    .description('draw original, masked and reconstructed images')
    .usage('--checkpoint <path> --images <path> [flags]');
  for (const [name, { is }] of Object.entries(required)) command.requiredOption(`--${name} <path>`, is);
  addVerbFlags(command, flags);
  command.action(async () => {
    const options = readVerbFlags(command, { ...required, ...flags });
    const { visualize } = await import('../visualize/visualize.ts');
    await visualize(options, environment);
  });
};
