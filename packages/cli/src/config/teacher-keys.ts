import { key, optionalKey } from './key.ts';
import { oneOf, text, vitName, whole } from './kinds.ts';
import { modelNames } from './presets/model-sizes.ts';

/** The model that is learned from. */
export const teacherKeys = {
  path: optionalKey(text('path'), {
    is: 'weights of the teacher: a file of any known naming, a run, or hf:org/name',
    flag: 'teacher',
    aliases: ['path_teacher_model'],
  }),
  preset: optionalKey(vitName(modelNames), {
    is: 'sizes that the teacher is to have; without weights (--dry-run) it is built from them',
    flag: 'teacher-model',
    aliases: ['model_teacher'],
  }),
  heads: optionalKey(whole(), {
    is: 'attention heads of the teacher, which a file of weights may not tell',
    flag: 'teacher-heads',
  }),
  precision: key(oneOf(['float32', 'int8']), {
    is: "the teacher's matrix products; int8 is faster, and off by a few per cent",
    default: 'float32',
    flag: 'teacher-precision',
  }),
};
