import { InputError } from '@masked-distill/base';
import { checkPretrainConfig, tokenGrid } from './checks.ts';
import type { DistillConfig } from './distill-config.ts';
import { maskRatiosOf, maskSamplerOf } from './mask-sampler.ts';

/** The two alignments, and the keys that hold their layers. */
export const alignments = {
  direct: { student: 'directStudent', teacher: 'directTeacher', weight: 'directWeight' },
  generation: { student: 'generationStudent', teacher: 'generationTeacher', weight: 'generationWeight' },
} as const;

/** One of the two alignments. */
export type Alignment = keyof typeof alignments;

/**
 * Checks what no key can tell alone and needs no teacher: the student as `pretrain` would, that the teacher sees more where that is needed,
 * that lists of layers fit each other and the student.
 *
 * @throws InputError naming the first thing that does not fit
 */
export function checkDistillConfig(config: DistillConfig): void {
  checkPretrainConfig(config);
  for (const name of Object.keys(alignments) as Alignment[]) checkLists(config, name);
  const [direct, generation] = [isAligned(config, 'direct'), isAligned(config, 'generation')];
  if (!direct && !generation && config.align.reconWeight === 0) {
    throw new InputError(
      'align: no layers are aligned and nothing is reconstructed; name layers, or set align.reconWeight above 0',
    );
  }
  checkRatios(config, generation);
}

/** Whether an alignment has layers and a weight. */
export function isAligned({ align }: Pick<DistillConfig, 'align'>, name: Alignment): boolean {
  const keys = alignments[name];
  return align[keys.student] !== 'none' && align[keys.teacher] !== 'none' && align[keys.weight] > 0;
}

function checkRatios({ mask, model }: DistillConfig, generation: boolean): void {
  const { ratio, teacherRatio } = mask;
  if (teacherRatio > ratio) {
    throw new InputError(
      `mask.teacherRatio: ${teacherRatio} hides more from the teacher than mask.ratio ${ratio} from the student; the teacher must see more, lower it`,
    );
  }
  if (teacherRatio === ratio && generation) {
    throw new InputError(
      `mask.teacherRatio: ${teacherRatio} is the student's mask.ratio, so that nothing is left to generate; lower it, or set align.generationStudent to none`,
    );
  }
  maskSamplerOf(mask, maskRatiosOf({ mask, model })).counts(tokenGrid(model));
}

function checkLists({ align, model }: DistillConfig, name: Alignment): void {
  const keys = alignments[name];
  const [student, teacher] = [align[keys.student], align[keys.teacher]];
  if (typeof student !== 'string') {
    checkLayers(student, { key: `align.${keys.student}`, who: 'student', depth: model.depth! });
    if (teacher === 'none') refuseHalf(`align.${keys.student}`, `align.${keys.teacher}`, student);
  }
  if (typeof teacher !== 'string') {
    if (student === 'none') refuseHalf(`align.${keys.teacher}`, `align.${keys.student}`, teacher);
    if (typeof student !== 'string') checkLengths(name, { student, teacher });
  }
}

/**
 * Checks that student and teacher bring as many layers.
 *
 * @throws InputError when they do not
 */
export function checkLengths(
  name: Alignment,
  { student, teacher }: { student: readonly number[]; teacher: readonly number[] },
): void {
  if (student.length === teacher.length) return;
  const keys = alignments[name];
  const told = (key: string, list: readonly number[]) => `align.${key} has ${list.length} (${list.join(' ')})`;
  throw new InputError(
    `align: ${told(keys.student, student)} and ${told(keys.teacher, teacher)}; name as many layers in both, they are matched in order`,
  );
}

function refuseHalf(given: string, none: string, list: readonly number[]): never {
  throw new InputError(
    `${given}: ${list.join(' ')} have no layers to match, since ${none} is none; name layers in both, or in neither`,
  );
}

/**
 * Checks that a model has the layers asked of it.
 *
 * @param layers counted from 1
 * @param options the key that asks, the model, and its number of blocks
 * @throws InputError naming the first layer that it lacks
 */
export function checkLayers(
  layers: readonly number[],
  { key, who, depth }: { key: string; who: string; depth: number },
): void {
  const missing = layers.find((layer) => layer > depth);
  if (missing === undefined) return;
  throw new InputError(
    `${key}: asks for layer ${missing} of the ${who}, which has ${depth}; name layers from 1 to ${depth}`,
  );
}
