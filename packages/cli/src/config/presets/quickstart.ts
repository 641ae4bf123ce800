// A first run: a nano model on small pictures, in minutes on two cores.
//
//   masked-distill quickstart
//
// Reproduces nothing published; ours throughout. Its rate is MAE's, raised tenfold because the run is short and the model small.
import type { Preset } from './preset.ts';

/** A nano model on 32-pixel images, sized for minutes on two cores. */
export const quickstartPreset: Preset = {
  is: 'a nano model on 32-pixel images, minutes on two cores',
  config: {
    model: { preset: 'nano', imageSize: [32, 32], patch: [4, 4] },
    data: { shuffleBuffer: 1024, cacheShortSide: 48 },
    optim: { batchSize: 64, epochs: 20, blr: 1.5e-3, warmupShare: 0.1 },
    run: { name: 'quickstart', checkpointEvery: '5 epochs', pictureEvery: '5 epochs' },
  },
};
