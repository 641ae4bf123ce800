// DMAE on ImageNet-1k as a configuration of the same parts: ViT-B/16 from MAE's ViT-L/16 (Bai et al., CVPR 2023).
//
//   masked-distill distill --preset dmae-vit-b-in1k --teacher mae_pretrain_vit_large.pth --data PATH
//
// Published top-1 after fine-tuning: 84.0 %. Not reproduced by this project. As published: teacher and student see the same quarter of the
// patches, one layer at three quarters of both depths, L1, 100 epochs at base rate 1.5e-4. OURS: the projection is one linear layer, as
// everywhere in this project; normalised targets; warm-up as MAE's, shortened with the run.
import type { DistillPatch } from '../distill-config.ts';
import { amdVitBIn1k } from './amd-in1k.ts';
import type { Preset } from './preset.ts';

const { config } = amdVitBIn1k;

/** DMAE, ViT-B/16 from ViT-L/16: 100 epochs, batch 4096. */
export const dmaeVitBIn1k: Preset<DistillPatch> = {
  is: 'DMAE ViT-B/16 from MAE ViT-L/16 on ImageNet-1k, 100 epochs at batch 4096: no extra tokens, one layer',
  config: {
    ...config,
    mask: { ratio: 0.75, teacherRatio: 0.75 },
    align: {
      ...config.align,
      directStudent: [9],
      directTeacher: [18],
      generationStudent: 'none',
      generationTeacher: 'none',
      loss: 'l1',
    },
    optim: { ...config.optim, epochs: 100, warmupEpochs: 5 },
    run: { name: 'dmae-vit-b-in1k' },
  },
};
