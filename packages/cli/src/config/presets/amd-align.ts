import type { DistillPatch } from '../distill-config.ts';

/** AMD's alignment of a student of 12 blocks with a teacher of 24, images and clips alike: middle and last layer, all factors 1 (Zhao et al. 2024). */
export const amdAlign = {
  directStudent: [6, 12],
  directTeacher: [12, 24],
  generationStudent: [6, 12],
  generationTeacher: [12, 24],
  loss: 'l2',
  generator: 'serial',
  generatorDepth: 2,
  layerReduction: 'mean',
  normalize: 'none',
  reconWeight: 1,
  directWeight: 1,
  generationWeight: 1,
} satisfies DistillPatch['align'];
