import { key } from './key.ts';
import { layers, oneOf, real, toggle, whole } from './kinds.ts';

const layerList = (is: string, names: { flag: string; aliases: readonly string[] }) =>
  key(layers(), { is, default: 'auto', ...names });

const weight = (is: string, names: { flag: string; aliases: readonly string[] }) =>
  key(real({ min: 0 }), { is, default: 1, ...names });

/** What of the teacher's features the student learns, and how much it counts. */
export const alignKeys = {
  directStudent: layerList(
    "the student's blocks whose output matches the teacher's where both see; auto: middle and last",
    {
      flag: 'direct-student',
      aliases: ['student_layer_direct_align'],
    },
  ),
  directTeacher: layerList("the teacher's blocks for these, in the same order", {
    flag: 'direct-teacher',
    aliases: ['teacher_layer_direct_align'],
  }),
  generationStudent: layerList(
    "the student's blocks from which is generated what only the teacher sees; auto: middle and last",
    {
      flag: 'generation-student',
      aliases: ['student_layer_gen_align'],
    },
  ),
  generationTeacher: layerList("the teacher's blocks for these, in the same order", {
    flag: 'generation-teacher',
    aliases: ['teacher_layer_gen_align'],
  }),
  loss: key(oneOf(['l2', 'l1', 'smooth-l1']), {
    is: 'distance of features that is minimised',
    default: 'l2',
    flag: 'align-loss',
  }),
  generator: key(oneOf(['serial', 'parallel']), {
    is: 'serial: generators go on from the aligned features; parallel: each has a projection of its own',
    default: 'serial',
  }),
  generatorDepth: key(whole(), { is: 'blocks of a generator', default: 2 }),
  layerReduction: key(oneOf(['mean', 'sum']), {
    is: "an alignment loss over its layers: mean as in the authors' code, sum as in the paper",
    default: 'mean',
  }),
  normalize: key(oneOf(['none', 'layer-norm', 'l2']), {
    is: "before they are compared: the teacher's tokens without mean and deviation, or all scaled to length 1",
    default: 'none',
    flag: 'align-normalize',
  }),
  prefix: key(oneOf(['auto', 'include', 'exclude']), {
    is: 'whether class tokens are aligned; auto: where both models have one',
    default: 'auto',
    flag: 'align-prefix',
  }),
  reconWeight: weight('factor of the reconstruction loss; 0 leaves it out', {
    flag: 'recon-weight',
    aliases: ['recfac'],
  }),
  directWeight: weight('factor of direct alignment; 0 leaves it out', { flag: 'direct-weight', aliases: ['dirfac'] }),
  generationWeight: weight('factor of generation alignment; 0 leaves it out', {
    flag: 'generation-weight',
    aliases: ['genfac'],
  }),
  released: key(toggle(), {
    is: "as the authors' code: the generators' mask tokens stay as drawn and are not saved; projections are shared by position in the lists",
    default: false,
    flag: 'as-released',
  }),
};
