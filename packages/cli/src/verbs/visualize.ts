import { InputError } from '@masked-distill/base';
import { clipKeys } from '../config/data-keys.ts';
import { type ConfigOf, key, optionalKey } from '../config/key.ts';
import { oneOf, pattern, real, text, whole } from '../config/kinds.ts';
import { runKeys } from '../config/run-keys.ts';
import type { Environment } from '../environment.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

const pictureFile = pattern(/\.(png|webp|gif)$/i, {
  wants: 'a file name that ends in .png, or of clips in .webp or .gif',
  placeholder: 'file',
});

const flags = {
  what: key(oneOf(['reconstruction', 'attention', 'pca', 'neighbours'], 'what'), {
    is: 'reconstruction; attention: rollout, and each head of a layer; pca: features as colours; neighbours: nearest by features',
    default: 'reconstruction',
  }),
  output: optionalKey(pictureFile, {
    is: 'picture to write (named by what it shows); of clips .png is a contact sheet, .webp and .gif are animations',
  }),
  count: optionalKey(whole(), { is: 'images or clips shown, drawn by the seed (reconstruction: 8 images, 4 clips)' }),
  maskRatio: optionalKey(real({ above: 0, below: 1 }), {
    is: 'share of patches hidden (default: 0.75 of images, 0.9 of clips, in tubes)',
  }),
  layer: optionalKey(whole(), { is: 'attention, pca: the block, counted from 1 (the last)' }),
  among: optionalKey(text('path'), { is: 'neighbours: where they are looked for (among the images themselves)' }),
  neighbours: key(whole(), { is: 'neighbours of each', default: 7 }),
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

type Painted = Omit<ConfigOf<typeof flags & typeof required>, 'output'> & { images: string; output: string };

/** What draws each. */
const paint = {
  reconstruction: async (options: Painted, environment: Environment) =>
    (await import('../visualize/visualize.ts')).visualize(options, environment),
  attention: async (options: Painted, environment: Environment) =>
    (await import('../visualize/attention.ts')).visualizeAttention(options, environment),
  pca: async (options: Painted, environment: Environment) =>
    (await import('../visualize/pca.ts')).visualizePca(options, environment),
  neighbours: async (options: Painted, environment: Environment) =>
    (await import('../visualize/neighbours.ts')).visualizeNeighbours(options, environment),
};

/** `visualize`: draws what a model makes of images or clips. */
export const visualizeVerb: Verb = (program, environment) => {
  const command = program
    .command('visualize')
    .description('draw reconstructions, attention, features as colours, or nearest neighbours of images or clips')
    .usage('--checkpoint <path> --images <path> [--what <what>] [flags]');
  for (const [name, { is }] of Object.entries(required)) command.requiredOption(`--${name} <path>`, is);
  addVerbFlags(command, { ...sourceFlags, ...flags });
  command.action(async () => {
    const { data, ...options } = readVerbFlags(command, { ...required, ...sourceFlags, ...flags });
    const images = options.images ?? data;
    if (images === undefined) throw new InputError('visualize: nothing to draw was given; add --images PATH');
    const { what, output = `${what}.png` } = options;
    await paint[what]({ ...options, images, output }, environment);
  });
};
