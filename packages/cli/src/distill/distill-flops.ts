import type { Distiller } from '@masked-distill/amd-distill';
import type { MaskedAutoencoder } from '@masked-distill/mae';
import type { MaskSampler } from '@masked-distill/masking';
import { encoderFlops, maeFlops } from '../pretrain/mae-flops.ts';
import { blocksFlops, linearFlops, STEP_OVER_FORWARD } from '../run/flops.ts';
import type { Teacher } from './open-teacher.ts';

/** Operations of a distillation's share of a training step, an image: the student's both ways, the teacher's forward only. */
export function distillFlops(
  { config }: Distiller,
  options: { student: MaskedAutoencoder; teacher: Teacher; sampler: MaskSampler },
): number {
  const { student, teacher, sampler } = options;
  const counts = sampler.counts(student.encoder.grid);
  const { direct, generation, generator } = config;
  const [from, to] = [student.encoder.width, teacher.encoder.width];
  const tokens = (config.prefix ? student.encoder.prefixTokens : 0) + counts.visible;
  // Serial generation of the same layers goes on from direct alignment's projections.
  const ofItsOwn = generation.filter(
    (pair) =>
      generator.kind === 'parallel' ||
      !direct.some((other) => other.student === pair.student && other.teacher === pair.teacher),
  );
  const projecting = (direct.length + ofItsOwn.length) * linearFlops(tokens, from, to);
  const generating = generation.length * blocksFlops(tokens + counts.extra, { ...generator, width: to });
  const last = Math.max(0, ...[...direct, ...generation].map((pair) => pair.teacher));
  const { mlpRatio } = teacher.config;
  const teaching = encoderFlops(teacher.encoder, { tokens: counts.visible + counts.extra, depth: last, mlpRatio });
  return maeFlops(student, counts) + STEP_OVER_FORWARD * (projecting + generating) + (last > 0 ? teaching : 0);
}
