// A first look: a teacher, and students of half its width, on 48-pixel pictures; all of it in a few minutes on two cores.
//
//   masked-distill quickstart
//
// Reproduces nothing published; ours throughout, set for the pictures that quickstart draws: 1600 of 12 classes (chance 8 %), and others to
// judge by. Decoders have one block, for speed: nothing of them is kept.
import type { PretrainPatch } from '../pretrain-config.ts';
import type { Preset } from './preset.ts';

const recipe = {
  mask: { ratio: 0.75 },
  target: { normPix: true },
  data: { scale: [0.6, 1], shuffleBuffer: 1024, cacheShortSide: 64 },
  optim: { batchSize: 32, steps: 600, lr: 1.5e-3, warmupShare: 0.1 },
  run: { name: 'quickstart', checkpointEvery: '300 steps', pictureEvery: '300 steps' },
} satisfies PretrainPatch;

const input = { imageSize: [48, 48], patch: [8, 8] } satisfies PretrainPatch['model'];

/** A nano model on 48-pixel images: quickstart's students. */
export const quickstartPreset: Preset<PretrainPatch> = {
  is: 'a nano model on 48-pixel images, a minute on two cores',
  config: { ...recipe, model: { preset: 'nano', ...input, decoder: { depth: 1 } } },
};

/** Quickstart's teacher: twice as wide, half as deep again. */
export const quickstartTeacherPreset: Preset<PretrainPatch> = {
  is: 'a teacher for the quickstart preset, a few minutes on two cores',
  config: {
    ...recipe,
    model: { ...input, width: 192, depth: 6, heads: 3, decoder: { width: 64, depth: 1, heads: 2 } },
    optim: { ...recipe.optim, steps: 2000, lr: 1e-3 },
    run: { ...recipe.run, name: 'quickstart-teacher' },
  },
};
