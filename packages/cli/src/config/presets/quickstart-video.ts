// A first look at clips: a teacher that has learned from labels how things move, and smaller students that see none, on clips of 8 frames of
// 48 px; all of it in a few minutes on two cores.
//
//   masked-distill quickstart --video
//
// Reproduces nothing published; ours throughout, set for the videos that quickstart draws: of 4 motions (chance 25 %) that no single frame tells
// apart, and others to judge by. Pixels alone teach motion far more slowly than a first look may take, so the teacher has labels. Its positions
// and those of the students are by time, row and column, from which small models learn sooner. Targets are not normalised, since most of small, flat
// cubes is grain once they are. Cubes are hidden anywhere, since a clip has only 144. Decoders have one block, for speed: they are thrown away.
import type { FinetunePatch } from '../finetune-config.ts';
import type { PretrainPatch } from '../pretrain-config.ts';
import type { Preset } from './preset.ts';

const recipe = {
  mask: { type: 'random', ratio: 0.75 },
  target: { normPix: false },
  data: { stride: 2, sampling: 'dense', crop: 'multi-scale', flip: false },
  optim: { batchSize: 32, steps: 400, lr: 3e-3, warmupShare: 0.1 },
  run: { name: 'quickstart-video', checkpointEvery: '200 steps', pictureEvery: '200 steps' },
} satisfies PretrainPatch;

const input = {
  frames: 8,
  tubelet: 2,
  positions: 'sincos-3d',
  imageSize: [48, 48],
  patch: [8, 8],
} satisfies PretrainPatch['model'];
const teacher = { preset: 'video-nano', ...input } satisfies PretrainPatch['model'];

/** A model of clips, smaller than nano: the students of `quickstart --video`. */
export const quickstartVideoPreset: Preset<PretrainPatch> = {
  is: 'a model smaller than nano on clips of 8 frames of 48 px, a minute on two cores',
  config: {
    ...recipe,
    model: { ...teacher, width: 64, depth: 3, heads: 2, decoder: { width: 64, depth: 1, heads: 2 } },
  },
};

/** The teacher of `quickstart --video` where there are no labels to learn from. */
export const quickstartVideoPretrainedTeacherPreset: Preset<PretrainPatch> = {
  is: 'a teacher for the quickstart-video preset where there are no labels',
  config: { ...recipe, model: teacher, run: { ...recipe.run, name: 'quickstart-video-teacher' } },
};

/** The teacher of `quickstart --video`: a classifier of motions, from scratch. */
export const quickstartVideoTeacherPreset: Preset<FinetunePatch> = {
  is: 'a teacher for the quickstart-video preset, two minutes on two cores',
  config: {
    model: { ...teacher, init: 'none', dropPath: 0, headInitScale: 1 },
    data: { stride: 2, scale: [0.8, 1], flip: false },
    optim: { batchSize: 32, steps: 300, lr: 3e-3, warmupShare: 0.1, layerDecay: 1 },
    run: { name: 'quickstart-video-teacher', checkpointEvery: '100 steps' },
  },
};
