import { dataKeys } from './data-keys.ts';
import { type ConfigOf, type ConfigPatch, key } from './key.ts';
import { toggle } from './kinds.ts';
import { maskKeys } from './mask-keys.ts';
import { modelKeys } from './model-keys.ts';
import { optimKeys } from './optim-keys.ts';
import { runKeys } from './run-keys.ts';

/**
 * Every key of `masked-distill pretrain`, with its check, default, flag and one-line description. The defaults are MAE's image recipe
 * (He et al. 2022, appendix A.1), save where a small machine needs less: model tiny for base, batch 64 for 4096, 100 epochs for 800.
 */
export const pretrainKeys = {
  model: modelKeys,
  mask: maskKeys,
  target: {
    normPix: key(toggle(), {
      is: "normalise each target patch by its own mean and deviation (MAE's norm_pix_loss)",
      default: true,
      aliases: ['norm_pix_loss', 'normlize_target'],
    }),
  },
  data: dataKeys,
  optim: optimKeys,
  run: runKeys,
};

/** A complete configuration of a pre-training run: plain data, as it stands in a run's `config.yaml`. */
export type PretrainConfig = ConfigOf<typeof pretrainKeys>;

/** Some keys of a {@link PretrainConfig}. */
export type PretrainPatch = ConfigPatch<typeof pretrainKeys>;
