import { key, optionalKey } from './key.ts';
import { oneOf, real, size, text, toggle, whole } from './kinds.ts';
import { modelNames, videoModelNames } from './presets/model-sizes.ts';

const usual = 'set by model.preset';

/** What the masked autoencoder is made of. */
export const modelKeys = {
  preset: key(oneOf([...modelNames, ...videoModelNames, 'custom']), {
    is: 'sizes of encoder and decoder, with video- before it of clips; custom when the encoder is none of these',
    default: 'tiny',
    flag: 'model',
  }),
  width: key(whole(), { is: `width of an encoder token (${usual})` }),
  depth: key(whole(), { is: `encoder blocks (${usual})` }),
  heads: key(whole(), { is: `attention heads of the encoder (${usual})` }),
  mlpRatio: key(real({ above: 0 }), { is: 'hidden width of a block over its width', default: 4 }),
  patch: key(size(), { is: 'patch in pixels', default: [16, 16] }),
  imageSize: key(size(), { is: 'image in pixels, height x width', default: [224, 224], aliases: ['input_size'] }),
  frames: key(whole(), { is: 'frames of a clip; 1 takes images', default: 1, aliases: ['num_frames'] }),
  tubelet: key(whole(), {
    is: 'clips: frames of a token, which is a cube',
    default: 2,
    aliases: ['tubelet_size'],
  }),
  positions: key(oneOf(['sinusoid', 'sincos-3d']), {
    is: 'clips: fixed positions, by the number of a cube (VideoMAE), or by time, row and column (V-JEPA), from which small models learn sooner',
    default: 'sinusoid',
  }),
  classToken: key(toggle(), { is: 'a class token beside the patches; clips have none', default: true }),
  dropPath: key(real({ min: 0, below: 1 }), {
    is: 'stochastic depth rate of the last block, rising from 0',
    default: 0,
  }),
  init: optionalKey(text('path'), {
    is: 'start the encoder from these weights: a file, a run or hf:org/name; --model gives its sizes',
  }),
  decoder: {
    width: key(whole(), { is: `width of a decoder token (${usual})`, flag: 'decoder-width' }),
    depth: key(whole(), { is: `decoder blocks (${usual})`, flag: 'decoder-depth' }),
    heads: key(whole(), { is: `attention heads of the decoder (${usual})`, flag: 'decoder-heads' }),
  },
};
