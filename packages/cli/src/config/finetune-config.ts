import { dataKeys } from './data-keys.ts';
import { type ConfigOf, type ConfigPatch, key, optionalKey } from './key.ts';
import { numbers, oneOf, or, real, size, span, text, toggle, triple, whole } from './kinds.ts';
import { optimKeys } from './optim-keys.ts';
import { modelNames, videoModelNames } from './presets/model-sizes.ts';
import type { RunConfig } from './run-config.ts';
import { runKeys } from './run-keys.ts';

const { pictureEvery: _, ...plainRunKeys } = runKeys;

/** How labelled images are divided, and how those to judge by are cut. */
const labelledDataKeys = {
  val: optionalKey(text('path'), { is: 'labelled images or videos to judge by' }),
  valShare: key(real({ min: 0, below: 1 }), {
    is: 'without val: share of the labelled samples held out to judge by; 0 for none',
    default: 0,
  }),
  trainLimit: key(or('off', whole()), {
    is: 'train on only so many samples, drawn after those to judge by were held out',
    default: 'off',
  }),
  cropShare: key(real({ above: 0, max: 1 }), {
    is: "judging: the crop's share of the side an image is resized to; 0.875 is 224 of 256",
    default: 0.875,
  }),
  erasing: key(real({ min: 0, max: 1 }), {
    is: 'random erasing: share of the crops that lose a box to noise; of a clip the same box of every frame',
    default: 0,
    aliases: ['reprob'],
  }),
};

/**
 * Every key of `masked-distill finetune`. The defaults are MAE's recipe (He et al. 2022, appendix A.1) with the learning rate and layer
 * decay that VideoMAE gives a ViT-S, and ours where a small machine and a short run need less: batch 64 for 1024, no RandAugment, mixup, cutmix or
 * erasing. The presets have them.
 */
export const finetuneKeys = {
  model: {
    init: optionalKey(text('path'), {
      is: 'run, checkpoint or file of weights whose encoder is trained on; or none, for fresh weights',
      aliases: ['finetune'],
    }),
    preset: optionalKey(oneOf([...modelNames, ...videoModelNames, 'custom']), {
      is: 'sizes of the encoder with init none (tiny unless said); otherwise those of init',
      flag: 'model',
    }),
    width: optionalKey(whole(), { is: 'width of a token; as preset, so are depth and heads' }),
    depth: optionalKey(whole(), { is: 'encoder blocks' }),
    heads: optionalKey(whole(), { is: 'attention heads' }),
    mlpRatio: optionalKey(real({ above: 0 }), { is: 'hidden width of a block over its width (as init; else 4)' }),
    patch: optionalKey(size(), { is: 'patch in pixels (as init; else 16x16)' }),
    imageSize: optionalKey(size(), {
      is: 'image in pixels, height x width (as init, else 224x224; positions are interpolated)',
      aliases: ['input_size'],
    }),
    classToken: optionalKey(toggle(), {
      is: 'a class token beside the patches (as init; else true); clips have none',
    }),
    frames: optionalKey(whole(), {
      is: 'frames of a clip (as init, else 1, which takes images; positions are computed anew)',
      aliases: ['num_frames'],
    }),
    tubelet: optionalKey(whole(), {
      is: 'clips: frames of a token, which is a cube (as init; else 2)',
      aliases: ['tubelet_size'],
    }),
    positions: optionalKey(oneOf(['sinusoid', 'sincos-3d', 'learned']), {
      is: 'clips: positions by the number of a cube (VideoMAE), by time, row and column (V-JEPA), or learned, which those in a file of init are (as init; else sinusoid)',
    }),
    inflate: key(toggle(), {
      is: 'clips: start from an encoder of images, its patches repeated over a cube and its positions over time (I3D)',
      default: false,
    }),
    pooling: key(oneOf(['mean', 'class']), {
      is: 'what the head sees: the mean of the patch tokens, then a norm; or the class token',
      default: 'mean',
    }),
    dropPath: key(real({ min: 0, below: 1 }), {
      is: 'stochastic depth rate of the last block, rising from 0',
      default: 0.1,
    }),
    headDropout: key(real({ min: 0, below: 1 }), {
      is: 'share of the features dropped before the head',
      default: 0,
      aliases: ['fc_drop_rate'],
    }),
    freeze: key(whole(0), {
      is: 'blocks that stay as they are, counted from the first, and with any the embedding before them',
      default: 0,
    }),
    headInitScale: key(real({ min: 0 }), {
      is: "factor on the head's initial weights",
      default: 1e-3,
      aliases: ['init_scale'],
    }),
  },
  target: {
    labelSmoothing: key(real({ min: 0, below: 1 }), {
      is: 'share of each target spread evenly over all classes',
      default: 0.1,
      aliases: ['smoothing'],
    }),
    mixup: key(real({ min: 0 }), {
      is: 'mixup: alpha of Beta(alpha, alpha), from which the share of a sample in its mean with another is drawn; 0 for none',
      default: 0,
    }),
    cutmix: key(real({ min: 0 }), {
      is: 'cutmix: alpha, likewise, of the area that is not cut out for another sample; 0 for none',
      default: 0,
    }),
    mixProbability: key(real({ min: 0, max: 1 }), {
      is: 'chance that anything is mixed',
      default: 1,
      aliases: ['mixup_prob'],
    }),
    mixSwitchProbability: key(real({ min: 0, max: 1 }), {
      is: 'chance of cutmix where mixup is on too',
      default: 0.5,
      aliases: ['mixup_switch_prob'],
    }),
    mixMode: key(oneOf(['batch', 'pair', 'element']), {
      is: 'what has a draw of its own',
      default: 'batch',
      aliases: ['mixup_mode'],
    }),
    classWeights: key(or('off', or('balanced', numbers({ above: 0 }))), {
      is: "factor on each class's part of the loss, in the order of the classes; balanced lets classes count alike however many samples they have",
      default: 'off',
    }),
  },
  data: {
    ...dataKeys,
    ...labelledDataKeys,
    scale: { ...dataKeys.scale, default: [0.08, 1] as const },
    mean: optionalKey(triple({ min: 0, max: 1 }), {
      is: "mean of red, green and blue, subtracted (as init; else ImageNet's)",
    }),
    std: optionalKey(triple({ above: 0 }), {
      is: "deviation of red, green and blue, divided by (as init; else ImageNet's)",
    }),
  },
  optim: {
    ...optimKeys,
    blr: { ...optimKeys.blr, default: 1e-3 },
    minLr: { ...optimKeys.minLr, default: 1e-6 },
    betas: { ...optimKeys.betas, default: [0.9, 0.999] as const },
    layerDecay: key(real({ above: 0, max: 1 }), {
      is: 'factor on the learning rate from one layer to the one before it; 1 for none',
      default: 0.75,
    }),
  },
  run: {
    ...plainRunKeys,
    name: { ...runKeys.name, default: 'finetune' },
    evalEvery: key(span(), { is: 'distance between judgements', default: '1 epoch' }),
  },
};

/** The settings of a fine-tuning run as they were given: what init decides may be absent. */
export type FinetuneConfig = ConfigOf<typeof finetuneKeys>;

/** Some keys of a {@link FinetuneConfig}. */
export type FinetunePatch = ConfigPatch<typeof finetuneKeys>;

/** The keys of `model` that the file of init decides where they are not given. */
export type DecidedByInit =
  | 'width'
  | 'depth'
  | 'heads'
  | 'mlpRatio'
  | 'patch'
  | 'imageSize'
  | 'classToken'
  | 'frames'
  | OfClips;

/** Of these, what images do not have. */
export type OfClips = 'tubelet' | 'positions';

/** Complete settings of a fine-tuning run, as they stand in its `config.yaml`. */
export type CompleteFinetuneConfig = FinetuneConfig &
  RunConfig & {
    model: { [Name in Exclude<DecidedByInit, OfClips>]: NonNullable<FinetuneConfig['model'][Name]> };
  };
