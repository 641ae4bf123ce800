// Masked autoencoders of clips on Kinetics-400 and Something-Something V2, as published (Tong et al. 2022, and the scripts beside its code).
//
//   masked-distill pretrain --preset videomae-vit-b-k400 --data train.csv --data-root FOLDER
//
// Published top-1 after fine-tuning, 16 frames: K400 at 1600 epochs ViT-S 79.0, ViT-B 81.5, ViT-L 85.2 %; SSv2 at 2400 epochs ViT-S 66.8,
// ViT-B 70.8 % (69.6 % at 800: `--epochs 800`). Not reproduced by this project. As in the scripts: tubes of 0.90, 16 frames, every 4th of K400
// and every 2nd of SSv2, multi-scale crops and no mirror images, base rate 1.5e-4 per 256 clips, 40 epochs of warm-up, decoders 4 blocks deep,
// 12 beside ViT-L. Cost, counted from the matrix products of forward and backward: K400 (240 k videos) at 1600 epochs ViT-S 2.5e19,
// ViT-B 7.8e19, ViT-L 3.2e20; SSv2 (169 k videos) at 2400 epochs ViT-S 2.6e19, ViT-B 8.2e19 floating-point operations.
// A batch is made of accumulated ones of 8 clips; with more memory raise --batch-size and lower --accumulation by the same factor.
import type { PretrainPatch } from '../pretrain-config.ts';
import { sizeNameOf } from './model-sizes.ts';
import type { Preset } from './preset.ts';

/** What is done alike with both sets of videos. */
export const videomaeRecipe = {
  mask: { type: 'tube', ratio: 0.9 },
  target: { normPix: true },
  data: { sampling: 'dense', crop: 'multi-scale', flip: false, colorJitter: 0, randAugment: 'off', repeats: 1 },
  optim: {
    batchSize: 8,
    warmupEpochs: 40,
    blr: 1.5e-4,
    minLr: 1e-5,
    betas: [0.9, 0.95],
    eps: 1e-8,
    weightDecay: 0.05,
    clipNorm: 'off',
    ema: 'off',
  },
} satisfies PretrainPatch;

/** 16 frames of 224 px in cubes of 2x16x16. */
export const videomaeInput = {
  frames: 16,
  tubelet: 2,
  imageSize: [224, 224],
  patch: [16, 16],
  mlpRatio: 4,
  classToken: false,
  dropPath: 0,
} satisfies PretrainPatch['model'];

/** Frames of a video from one of a clip to the next, as is customary of each set. */
export const strides = { k400: 4, ssv2: 2 } as const;

type Name = 'video-small' | 'video-base' | 'video-large';

interface Published {
  readonly set: 'k400' | 'ssv2';
  readonly epochs: number;
  readonly batch: number;
}

function recipe(preset: Name, { set, epochs, batch }: Published): Preset<PretrainPatch> {
  const { mask, target, data, optim } = videomaeRecipe;
  const { size } = sizeNameOf(preset);
  const letter = size[0]!;
  const title = { k400: 'Kinetics-400', ssv2: 'Something-Something V2' }[set];
  return {
    is: `VideoMAE ViT-${letter.toUpperCase()}/16 on ${title}, ${epochs} epochs at batch ${batch}`,
    config: {
      mask,
      target,
      model: { preset, ...videomaeInput, ...(size === 'large' ? { decoder: { depth: 12 } } : {}) },
      data: { ...data, stride: strides[set] },
      optim: { ...optim, epochs, accumulation: batch / optim.batchSize },
      run: { name: `videomae-vit-${letter}-${set}` },
    },
  };
}

/** VideoMAE on both sets, by the names of `--preset`. */
export const videomaePresets: readonly (readonly [string, Preset<PretrainPatch>])[] = [
  ['videomae-vit-s-k400', recipe('video-small', { set: 'k400', epochs: 1600, batch: 1024 })],
  ['videomae-vit-b-k400', recipe('video-base', { set: 'k400', epochs: 1600, batch: 2048 })],
  ['videomae-vit-l-k400', recipe('video-large', { set: 'k400', epochs: 1600, batch: 512 })],
  ['videomae-vit-s-ssv2', recipe('video-small', { set: 'ssv2', epochs: 2400, batch: 1024 })],
  ['videomae-vit-b-ssv2', recipe('video-base', { set: 'ssv2', epochs: 2400, batch: 2048 })],
];
