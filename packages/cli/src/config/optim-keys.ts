import { key, optionalKey } from './key.ts';
import { or, pair, real, toggle, whole } from './kinds.ts';

/** Keys of `optim` of which a configuration holds one at most. */
export const lengthAlternatives = [
  ['optim.lr', 'optim.blr'],
  ['optim.epochs', 'optim.steps'],
  ['optim.warmupShare', 'optim.warmupEpochs', 'optim.warmupSteps'],
] as const;

/** How the weights are learned: AdamW, linear warm-up from 0, then half a cosine down to `minLr`. */
export const optimKeys = {
  batchSize: key(whole(), { is: 'images in one forward pass, each with its repeats', default: 64 }),
  accumulation: key(whole(), {
    is: 'forward passes whose gradients are averaged into one step',
    default: 1,
    aliases: ['accum_iter'],
  }),
  gradientCheckpointing: key(toggle(), {
    is: 'compute what the gradients need once more instead of keeping it: less memory, more time, the same numbers',
    default: false,
    aliases: ['use_checkpoint', 'with_checkpoint'],
  }),
  epochs: optionalKey(whole(), { is: 'length of the run in passes over the images; or give steps', default: 100 }),
  steps: optionalKey(whole(), { is: 'length of the run in optimiser steps; or give epochs' }),
  blr: optionalKey(real({ above: 0 }), {
    is: 'learning rate per 256 samples: lr = blr x effective batch / 256; or give lr',
    default: 1.5e-4,
  }),
  lr: optionalKey(real({ above: 0 }), { is: 'learning rate after the warm-up; or give blr' }),
  minLr: key(real({ min: 0 }), { is: 'learning rate at the end of the run', default: 0 }),
  warmupShare: optionalKey(real({ min: 0, below: 1 }), {
    is: 'share of the run spent warming up; or give warmupEpochs or warmupSteps',
    default: 0.05,
  }),
  warmupEpochs: optionalKey(real({ min: 0 }), { is: 'warm-up in epochs' }),
  warmupSteps: optionalKey(whole(0), { is: 'warm-up in optimiser steps' }),
  betas: key(pair({ min: 0, below: 1 }), {
    is: "AdamW's decay rates of the two moments",
    default: [0.9, 0.95],
    aliases: ['opt_betas'],
  }),
  eps: key(real({ above: 0 }), { is: "AdamW's epsilon", default: 1e-8, aliases: ['opt_eps'] }),
  weightDecay: key(real({ min: 0 }), { is: 'weight decay of matrices; biases and norms have none', default: 0.05 }),
  clipNorm: key(or('off', real({ above: 0 })), {
    is: 'clip the norm of all gradients to this',
    default: 'off',
    aliases: ['clip_grad'],
  }),
  ema: key(or('off', real({ above: 0, below: 1 })), {
    is: 'keep averaged weights, with this decay',
    default: 'off',
    aliases: ['model_ema_decay'],
  }),
};
