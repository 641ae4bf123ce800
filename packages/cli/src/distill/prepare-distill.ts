import { Distiller } from '@masked-distill/amd-distill';
import { InputError } from '@masked-distill/base';
import { createRng, type Engine } from '@masked-distill/tensor-core';
import type { DistillConfig } from '../config/distill-config.ts';
import { maskRatiosOf, maskSamplerOf } from '../config/mask-sampler.ts';
import { teacherViews } from '../pictures/views.ts';
import { buildModelOf } from '../pretrain/build-model.ts';
import { initEncoder } from '../run/init-encoder.ts';
import { pictureChores } from '../run/picture-chores.ts';
import { createPicturePainter } from '../run/picture-painter.ts';
import type { Training, TrainingContext } from '../run/training.ts';
import { createDistillTask } from '../tasks/distill-task.ts';
import { distillFacts } from './distill-facts.ts';
import { distillFlops } from './distill-flops.ts';
import { distillationOf } from './distillation-of.ts';
import { freezeTeacher } from './freeze-teacher.ts';
import type { Teacher } from './teacher.ts';
import { recordTeacher } from './teacher-record.ts';

/**
 * Makes a distillation.
 *
 * @param context the settings, the images, the engine
 * @param teacher what is learned from; it is freed with the rest, also after an error
 * @throws InputError when student, teacher, settings and engine do not fit each other
 */
export async function prepareDistill(context: TrainingContext<DistillConfig>, teacher: Teacher): Promise<Training> {
  const { config, sources, loader, plan, engine, note, environment, startStep } = context;
  const student = buildModelOf(config);
  let distiller: Distiller;
  try {
    refuseInt8(config, engine);
    const { init } = config.model;
    if (init !== undefined && startStep === 0) await initEncoder(student.encoder, { init, note, environment });
    const depth = { student: student.encoder.depth, teacher: teacher.encoder.depth };
    distiller = new Distiller(student, teacher.encoder, {
      config: distillationOf(config, depth),
      rng: createRng(config.run.seed, 'distill'),
    });
  } catch (error) {
    student.dispose();
    teacher.encoder.dispose();
    throw error;
  }
  const sampler = maskSamplerOf(config.mask, maskRatiosOf(config));
  const { mean, std } = config.data;
  return {
    task: createDistillTask(distiller, {
      student,
      loader,
      sampler,
      seed: config.run.seed,
      dropPath: config.model.dropPath,
      normalization: { mean, std },
    }),
    facts: distillFacts(distiller, { config, student, teacher, sampler }),
    flopsPerSample: distillFlops(distiller.config, {
      student: student.config,
      teacher: teacher.config,
      counts: sampler.counts(student.encoder.grid),
    }),
    probed: student.encoder,
    record: async (run) => {
      if (teacher.weights) await recordTeacher(run, teacher.weights);
    },
    start: () => freezeTeacher(teacher.encoder, { precision: config.teacher.precision, engine, note }),
    async chores(run) {
      const paint = await createPicturePainter(student, { sources, run, config, sampler, views: teacherViews });
      return pictureChores(config, { plan, paint });
    },
    dispose() {
      distiller.dispose();
      teacher.encoder.dispose();
    },
  };
}

function refuseInt8({ teacher }: DistillConfig, engine: Engine): void {
  if (teacher.precision !== 'int8' || engine.freeze) return;
  throw new InputError(
    `teacher.precision: ${engine.name} can't compute with int8; take float32, or --engine onnxruntime`,
  );
}
