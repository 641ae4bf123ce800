import type { FinetunePatch } from '../finetune-config.ts';

/** What the published recipes of MAE, VideoMAE and AMD have in common (Zhao et al., CVPR 2024, appendix; Tong et al. 2022, appendix). */
export const finetuneRecipe = {
  model: {
    imageSize: [224, 224],
    patch: [16, 16],
    pooling: 'mean',
    dropPath: 0.1,
    headDropout: 0,
    headInitScale: 1e-3,
  },
  target: {
    labelSmoothing: 0.1,
    mixup: 0.8,
    cutmix: 1,
    mixProbability: 1,
    mixSwitchProbability: 0.5,
    mixMode: 'batch',
  },
  data: { crop: 'random-resized', scale: [0.08, 1], ratio: [3 / 4, 4 / 3], colorJitter: 0, erasing: 0.25 },
  optim: {
    warmupEpochs: 5,
    minLr: 1e-6,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0.05,
    clipNorm: 'off',
    ema: 'off',
  },
} as const satisfies FinetunePatch;
