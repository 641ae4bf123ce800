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
  optim: { batchSize: 32, steps: 500, lr: 1.5e-3, warmupShare: 0.1 },
  run: { name: 'quickstart', checkpointEvery: '250 steps', pictureEvery: '250 steps' },
} satisfies PretrainPatch;

const input = { imageSize: [48, 48], patch: [8, 8] } satisfies PretrainPatch['model'];

/** A nano model on 48-pixel images: quickstart's students. */
export const quickstartPreset: Preset<PretrainPatch> = {
  is: 'a nano model on 48-pixel images, a minute on two cores',
  config: { ...recipe, model: { preset: 'nano', ...input, decoder: { depth: 1 } } },
};

/** Quickstart's teacher: twice as wide as its students. */
export const quickstartTeacherPreset: Preset<PretrainPatch> = {
  is: 'a teacher for the quickstart preset, two minutes on two cores',
  config: {
    ...recipe,
    model: { ...input, width: 192, depth: 4, heads: 3, decoder: { width: 64, depth: 1, heads: 2 } },
    optim: { ...recipe.optim, steps: 1500, lr: 1e-3 },
    run: { ...recipe.run, name: 'quickstart-teacher' },
  },
};
