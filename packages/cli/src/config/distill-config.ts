import { alignKeys } from './align-keys.ts';
import { type ConfigOf, type ConfigPatch, key } from './key.ts';
import { real } from './kinds.ts';
import { maskKeys } from './mask-keys.ts';
import { pretrainKeys } from './pretrain-config.ts';
import { runKeys } from './run-keys.ts';
import { teacherKeys } from './teacher-keys.ts';

const { ratio, ...otherMaskKeys } = maskKeys;

/**
 * Every key of `masked-distill distill`: those of `pretrain`, which are the student's, and the teacher's. The defaults are the paper's (Zhao
 * et al., CVPR 2024), and MAE's where it names none for images; the teacher's mask ratio is ours, since none is public.
 */
export const distillKeys = {
  model: pretrainKeys.model,
  teacher: teacherKeys,
  mask: {
    ratio: { ...ratio, is: 'share of the patches hidden from the student' },
    teacherRatio: key(real({ above: 0, below: 1 }), {
      is: "share of the patches hidden from the teacher, among the student's",
      default: 0.5,
      flag: 'teacher-mask-ratio',
      aliases: ['mask_ratio_teacher'],
    }),
    ...otherMaskKeys,
  },
  target: pretrainKeys.target,
  align: alignKeys,
  data: pretrainKeys.data,
  optim: pretrainKeys.optim,
  run: { ...runKeys, name: { ...runKeys.name, default: 'distill' } },
};

/** A complete configuration of a distillation run: plain data, as it stands in a run's `config.yaml`. */
export type DistillConfig = ConfigOf<typeof distillKeys>;

/** Some keys of a {@link DistillConfig}. */
export type DistillPatch = ConfigPatch<typeof distillKeys>;
