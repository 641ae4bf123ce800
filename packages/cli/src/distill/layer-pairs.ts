import { type LayerPair, middleAndLast } from '@masked-distill/amd-distill';
import { type Alignment, alignments, checkLayers, checkLengths, isAligned } from '../config/distill-checks.ts';
import type { DistillConfig } from '../config/distill-config.ts';

/**
 * The layers that an alignment matches, in order; none where it is switched off.
 *
 * @param name which alignment
 * @param options the settings, and the number of blocks of both models
 * @throws InputError when the teacher lacks a layer, or the lists differ in length
 */
export function layerPairs(
  name: Alignment,
  { config, depth }: { config: Pick<DistillConfig, 'align'>; depth: LayerPair },
): readonly LayerPair[] {
  if (!isAligned(config, name)) return [];
  const usual = middleAndLast(depth);
  const listOf = (who: 'student' | 'teacher') => {
    const key = alignments[name][who];
    const given = config.align[key];
    if (typeof given === 'string') return usual.map((pair) => pair[who]);
    checkLayers(given, { key: `align.${key}`, who, depth: depth[who] });
    return given;
  };
  const [student, teacher] = [listOf('student'), listOf('teacher')];
  checkLengths(name, { student, teacher });
  return student.map((layer, i) => ({ student: layer, teacher: teacher[i]! }));
}
