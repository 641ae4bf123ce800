// Fine-tuning a ViT-B/16 or ViT-S/16 of MAE or AMD on ImageNet-1k (He et al. 2022, appendix A.1, and FINETUNE.md of its code).
//
//   masked-distill finetune --preset finetune-vit-b-in1k --init mae_pretrain_vit_base.pth --data TRAIN --val VAL
//
// Published top-1: ViT-B of MAE 83.6 %, of AMD 84.6 %; ViT-S of AMD 82.1 % (Zhao et al., CVPR 2024). Not reproduced by this project.
// OURS, since AMD's numbers for images are not public: the whole recipe of the ViT-S, which is the ViT-B's.
// Cost of the 100 epochs, counted from the matrix products of forward and backward over 1.28 M images: ViT-S 3.5e18, ViT-B 1.3e19
// floating-point operations. `--dry-run` takes a step of it and says how long that would be on the machine at hand.
// The batch of 1024 is 32 accumulated ones of 32; with more memory raise --batch-size and lower --accumulation by the same factor.
import type { FinetunePatch } from '../finetune-config.ts';
import { finetuneRecipe } from './finetune-recipe.ts';
import type { Preset } from './preset.ts';

const recipe = {
  ...finetuneRecipe,
  data: { ...finetuneRecipe.data, randAugment: 'm9-n2', flip: true, repeats: 1 },
  optim: {
    ...finetuneRecipe.optim,
    batchSize: 32,
    accumulation: 32,
    epochs: 100,
    blr: 5e-4,
    layerDecay: 0.65,
  },
} satisfies FinetunePatch;

/** ViT-B/16 on ImageNet-1k: 100 epochs, batch 1024. */
export const finetuneVitBIn1k: Preset<FinetunePatch> = {
  is: 'ViT-B/16 on ImageNet-1k, 100 epochs at batch 1024, as MAE',
  config: { ...recipe, model: { ...recipe.model, preset: 'base' }, run: { name: 'finetune-vit-b-in1k' } },
};

/** ViT-S/16 on ImageNet-1k: 100 epochs, batch 1024; ours. */
export const finetuneVitSIn1k: Preset<FinetunePatch> = {
  is: "ViT-S/16 on ImageNet-1k, 100 epochs at batch 1024; ours, the ViT-B's recipe",
  config: { ...recipe, model: { ...recipe.model, preset: 'small' }, run: { name: 'finetune-vit-s-in1k' } },
};
