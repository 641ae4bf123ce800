// A first look at clips: a teacher, and students of half its width, on clips of 8 frames of 32 px; all of it in a few minutes on two cores.
//
//   masked-distill quickstart --video
//
// Reproduces nothing published; ours throughout, set for the videos that quickstart draws: of 16 motions (chance 6 %) that no single frame
// tells apart, and others to judge by: hard ones, which so short a run hardly learns. Tubes of 0.75, since a slice has only 16 cubes. Targets are not
// normalised, since most of small, flat cubes is grain once they are. Decoders have one block, and each video gives two crops, for speed:
// decoders are thrown away, and drawing costs as much as a step.
import type { PretrainPatch } from '../pretrain-config.ts';
import type { Preset } from './preset.ts';

const recipe = {
  mask: { type: 'tube', ratio: 0.75 },
  target: { normPix: false },
  data: { stride: 4, sampling: 'dense', crop: 'multi-scale', flip: false, repeats: 2 },
  optim: { batchSize: 16, steps: 400, lr: 1.5e-3, warmupShare: 0.1 },
  run: { name: 'quickstart-video', checkpointEvery: '200 steps', pictureEvery: '200 steps' },
} satisfies PretrainPatch;

const input = { frames: 8, tubelet: 2, imageSize: [32, 32], patch: [8, 8] } satisfies PretrainPatch['model'];

/** A nano model on small clips: the students of `quickstart --video`. */
export const quickstartVideoPreset: Preset<PretrainPatch> = {
  is: 'a nano model on clips of 8 frames of 32 px, a minute on two cores',
  config: { ...recipe, model: { preset: 'video-nano', ...input } },
};

/** The teacher of `quickstart --video`: twice as wide as its students. */
export const quickstartVideoTeacherPreset: Preset<PretrainPatch> = {
  is: 'a teacher for the quickstart-video preset, two minutes on two cores',
  config: {
    ...recipe,
    model: {
      preset: 'video-nano',
      ...input,
      width: 192,
      depth: 4,
      heads: 3,
      decoder: { width: 64, depth: 1, heads: 2 },
    },
    optim: { ...recipe.optim, steps: 1000, lr: 1e-3 },
    run: { ...recipe.run, name: 'quickstart-video-teacher' },
  },
};
