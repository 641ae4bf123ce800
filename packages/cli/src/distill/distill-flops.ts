import type { CompleteDistillationConfig } from '@masked-distill/amd-distill';
import type { MaskedAutoencoderConfig, VideoMaskedAutoencoderConfig } from '@masked-distill/mae';
import type { MaskCounts } from '@masked-distill/masking';
import type { ImageEncoderConfig, VideoEncoderConfig } from '@masked-distill/vit';
import { encoderFlops, maeFlops } from '../pretrain/mae-flops.ts';
import { blocksFlops, linearFlops, STEP_OVER_FORWARD } from '../run/flops.ts';

/** What {@link distillFlops} counts. */
export interface DistillFlopsOptions {
  /** The model that is trained. */
  readonly student: MaskedAutoencoderConfig | VideoMaskedAutoencoderConfig;
  /** The model it learns from. */
  readonly teacher: ImageEncoderConfig | VideoEncoderConfig;
  /** Tokens of an image, by who sees them. */
  readonly counts: MaskCounts;
}

/** Operations of a distillation's share of a training step, an image: the student's both ways, the teacher's forward only. */
export function distillFlops(
  { direct, generation, generator, prefix }: CompleteDistillationConfig,
  { student, teacher, counts }: DistillFlopsOptions,
): number {
  const tokens = Number(prefix) + counts.visible;
  // Serial generation of the same layers goes on from direct alignment's projections.
  const ofItsOwn = generation.filter(
    (pair) =>
      generator.kind === 'parallel' ||
      !direct.some((other) => other.student === pair.student && other.teacher === pair.teacher),
  );
  const projecting = (direct.length + ofItsOwn.length) * linearFlops(tokens, student.encoder.width, teacher.width);
  const generating = generation.length * blocksFlops(tokens + counts.extra, { ...generator, width: teacher.width });
  const depth = Math.max(0, ...[...direct, ...generation].map((pair) => pair.teacher));
  const teaching = depth === 0 ? 0 : encoderFlops({ ...teacher, depth }, counts.visible + counts.extra);
  return maeFlops(student, counts) + STEP_OVER_FORWARD * (projecting + generating) + teaching;
}
