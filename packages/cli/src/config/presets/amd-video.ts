// Asymmetric masked distillation of clips on Kinetics-400 and Something-Something V2: ViT-S/16 and ViT-B/16 from VideoMAE's ViT-L/16 (Zhao et
// al., CVPR 2024, and the code beside it).
//
//   masked-distill distill --preset amd-vit-b-k400 --teacher vit_l_k400_1600e.pth --data train.csv --data-root FOLDER
//
// The teacher of K400 is VideoMAE's ViT-L at 1600 epochs, that of SSv2 the one at 2400. Published top-1/top-5 after fine-tuning: K400 ViT-S
// 80.1/94.5, ViT-B 82.2/95.3; SSv2 ViT-S 70.2/92.5, ViT-B 73.3/94.0 % (VideoMAE's own ViT-B: 81.5 and 70.8 %). Not reproduced by this project.
// As published: tubes of 0.90 for the student and 0.75 for the teacher, 16 frames, 512 videos with 4 crops of each, 200 epochs (the paper
// counts crops: 800), 10 of warm-up, gradients clipped at 0.02, middle and last layer, all factors 1, decoder of 4 blocks, generators of 2.
// The published base rate of 1.2e-3 is per 256 videos whatever the crops; here rates are per 256 clips, so that it is a quarter of that.
// Cost, counted from the matrix products: K400 (240 k videos) ViT-S 8.5e19, ViT-B 1.1e20; SSv2 (169 k videos) ViT-S 6.0e19,
// ViT-B 7.9e19 floating-point operations. `--dry-run` takes a step of it and says how long that would be on the machine at hand.
// The batch of 512 videos is 128 accumulated ones of 4; with more memory raise --batch-size and lower --accumulation by the same factor.
import type { DistillPatch } from '../distill-config.ts';
import { amdAlign } from './amd-align.ts';
import type { Preset } from './preset.ts';
import { strides, videomaeInput, videomaeRecipe } from './videomae.ts';

function recipe(preset: 'video-small' | 'video-base', set: keyof typeof strides): Preset<DistillPatch> {
  const letter = { 'video-small': 's', 'video-base': 'b' }[preset];
  const title = { k400: 'Kinetics-400', ssv2: 'Something-Something V2' }[set];
  const { mask, target, data, optim } = videomaeRecipe;
  return {
    is: `AMD ViT-${letter.toUpperCase()}/16 from VideoMAE ViT-L/16 on ${title}, 200 epochs at batch 512 x 4 crops`,
    config: {
      mask: { ...mask, teacherRatio: 0.75 },
      target,
      model: { preset, ...videomaeInput },
      teacher: { preset: 'large' },
      align: amdAlign,
      data: { ...data, stride: strides[set], repeats: 4 },
      optim: {
        ...optim,
        batchSize: 4,
        accumulation: 128,
        epochs: 200,
        warmupEpochs: 10,
        blr: 3e-4,
        minLr: 1e-5,
        clipNorm: 0.02,
      },
      run: { name: `amd-vit-${letter}-${set}` },
    },
  };
}

/** AMD on both sets, by the names of `--preset`. */
export const amdVideoPresets: readonly (readonly [string, Preset<DistillPatch>])[] = [
  ['amd-vit-s-k400', recipe('video-small', 'k400')],
  ['amd-vit-b-k400', recipe('video-base', 'k400')],
  ['amd-vit-s-ssv2', recipe('video-small', 'ssv2')],
  ['amd-vit-b-ssv2', recipe('video-base', 'ssv2')],
];
