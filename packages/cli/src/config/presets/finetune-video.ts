// Fine-tuning a ViT-S or ViT-B of VideoMAE or AMD on clips of 16 frames (Tong et al. 2022; Zhao et al., CVPR 2024).
//
//   masked-distill finetune --preset finetune-vit-b-k400 --init amd_vit_b.pth --data train.csv --val val.csv
//   masked-distill eval --checkpoint runs/finetune-vit-b-k400 --data test.csv --clips 5 --crops 3    (2 and 3 on Something-Something v2)
//
// Published top-1 of AMD: Something-Something v2 ViT-S 70.2, ViT-B 73.3 %; Kinetics-400 80.1 and 82.2 %; UCF101 97.1, HMDB51 79.6 % (ViT-B).
// Not reproduced by this project. Published: epochs, rates, batches, layer decay, drop path, head dropout, sampling. OURS: the batch on
// UCF101, and on HMDB51 everything, which is UCF101's recipe.
//
// The published base rates are per 256 videos, each of which is cropped twice; `blr` here is per 256 crops, and so half of them.
// Nothing is mirrored on Something-Something, whose classes know left from right. Batches are accumulated ones of 4 videos; with more memory
// raise --batch-size and lower --accumulation by the same factor.
//
// Cost, counted from the matrix products of forward and backward over 169 k videos (Something-Something v2) and 240 k (Kinetics-400), two
// crops each: ViT-S 4.6e18 and 2.5e19, ViT-B 1.1e19 and 4.7e19 floating-point operations. `--dry-run` says how long that would be here.
import type { FinetunePatch } from '../finetune-config.ts';
import { finetuneRecipe } from './finetune-recipe.ts';
import type { Preset } from './preset.ts';

const VIDEOS_AT_ONCE = 4;

interface VideoRecipe {
  readonly size: 'small' | 'base';
  readonly dataset: 'ssv2' | 'k400' | 'ucf101' | 'hmdb51';
  readonly is: string;
  /** Videos of a step. */
  readonly batch: number;
  readonly epochs: number;
  /** Learning rate per 256 videos. */
  readonly rate: number;
  readonly layerDecay?: number;
  readonly dropPath?: number;
  readonly headDropout?: number;
}

function videoPreset(recipe: VideoRecipe): readonly [name: string, preset: Preset<FinetunePatch>] {
  const { size, dataset, is, batch, epochs, rate, layerDecay = 0.75, dropPath = 0.1, headDropout = 0 } = recipe;
  const name = `finetune-vit-${size[0]}-${dataset}`;
  const sampling =
    dataset === 'ssv2' ? ({ sampling: 'uniform' } as const) : ({ sampling: 'dense', stride: 4 } as const);
  const config: FinetunePatch = {
    ...finetuneRecipe,
    model: { ...finetuneRecipe.model, preset: `video-${size}`, frames: 16, tubelet: 2, dropPath, headDropout },
    data: { ...finetuneRecipe.data, ...sampling, randAugment: 'm7-n4', flip: dataset !== 'ssv2', repeats: 2 },
    optim: {
      ...finetuneRecipe.optim,
      batchSize: VIDEOS_AT_ONCE,
      accumulation: batch / VIDEOS_AT_ONCE,
      epochs,
      blr: rate / 2,
      layerDecay,
    },
    run: { name },
  };
  return [name, { is, config }];
}

const ucf101 = {
  size: 'base',
  batch: 128,
  epochs: 100,
  rate: 5e-4,
  layerDecay: 0.7,
  dropPath: 0.2,
  headDropout: 0.5,
} as const;

/** Fine-tuning on the sets of videos that AMD reports. */
export const finetuneVideoPresets: readonly (readonly [name: string, preset: Preset<FinetunePatch>])[] = [
  videoPreset({
    size: 'small',
    dataset: 'ssv2',
    batch: 256,
    epochs: 40,
    rate: 1e-3,
    is: 'ViT-S on Something-Something v2, 40 epochs at 256 videos x 2 crops',
  }),
  videoPreset({
    size: 'base',
    dataset: 'ssv2',
    batch: 256,
    epochs: 30,
    rate: 5e-4,
    is: 'ViT-B on Something-Something v2, 30 epochs at 256 videos x 2 crops',
  }),
  videoPreset({
    size: 'small',
    dataset: 'k400',
    batch: 256,
    epochs: 150,
    rate: 1e-3,
    is: 'ViT-S on Kinetics-400, 150 epochs at 256 videos x 2 crops',
  }),
  videoPreset({
    size: 'base',
    dataset: 'k400',
    batch: 512,
    epochs: 90,
    rate: 7e-4,
    is: 'ViT-B on Kinetics-400, 90 epochs at 512 videos x 2 crops',
  }),
  videoPreset({ ...ucf101, dataset: 'ucf101', is: 'ViT-B on UCF101, 100 epochs at 128 videos x 2 crops' }),
  videoPreset({ ...ucf101, dataset: 'hmdb51', is: "ViT-B on HMDB51; ours, UCF101's recipe" }),
];
