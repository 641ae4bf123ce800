import { key } from './key.ts';
import { oneOf, real } from './kinds.ts';

/** What is hidden from the encoder, and what of it the decoder reconstructs. */
export const maskKeys = {
  ratio: key(real({ above: 0, below: 1 }), {
    is: 'share of the patches hidden from the encoder',
    default: 0.75,
    flag: 'mask-ratio',
  }),
  type: key(oneOf(['random', 'tube', 'block']), {
    is: 'which patches are hidden: any, the same in every frame (VideoMAE), or rectangles (BEiT)',
    default: 'random',
    flag: 'mask-type',
  }),
  decoder: key(oneOf(['off', 'running-cell']), {
    is: 'running-cell reconstructs only half of what is hidden, to save time (VideoMAE V2)',
    default: 'off',
    flag: 'mask-decoder',
  }),
};
