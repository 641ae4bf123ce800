import type { Distiller, LayerPair } from '@masked-distill/amd-distill';
import { type MaskSampler, tokenCount } from '@masked-distill/masking';
import type { DistillConfig } from '../config/distill-config.ts';
import { isVideo } from '../config/model-name.ts';
import { countParameters, describeAutoencoder } from '../pretrain/model-facts.ts';
import { formatParameters } from '../progress/format.ts';
import type { ModelFacts } from '../progress/progress.ts';
import type { Autoencoder } from '../tasks/autoencoder.ts';
import { describeTeacher, type Teacher } from './teacher.ts';

/** What {@link distillFacts} tells of. */
export interface DistillFactsOptions {
  /** The settings. */
  readonly config: DistillConfig;
  /** The model that is trained. */
  readonly student: Autoencoder;
  /** The model it learns from. */
  readonly teacher: Teacher;
  /** Draws the masks. */
  readonly sampler: MaskSampler;
}

/** What the first screen says of a distillation. */
export function distillFacts(distiller: Distiller, options: DistillFactsOptions): ModelFacts {
  const { config, student, teacher, sampler } = options;
  const { grid } = student.encoder;
  const { visible, extra } = sampler.counts(grid);
  const parts = countParameters(student);
  const all = [...distiller.trainableVariables().values()].reduce((sum, { size }) => sum + size, 0);
  const frozen = [...teacher.encoder.namedVariables().values()].reduce((sum, { size }) => sum + size, 0);
  const { reconstruction } = distiller.config.weights;
  const kept = parts.encoder + (reconstruction > 0 ? parts.decoder : 0);
  return {
    title: `distilling ${config.run.name}`,
    model: describeAutoencoder(config),
    parameters: {
      encoder: parts.encoder,
      ...(reconstruction > 0 && { decoder: parts.decoder }),
      ...(all > kept && { 'projections and generators': all - kept }),
    },
    tokens: { all: tokenCount(grid), visible },
    rows: [
      [
        'teacher',
        `${describeTeacher(teacher)}, ${formatParameters(frozen)} frozen${config.teacher.precision === 'int8' ? ', int8' : ''}`,
      ],
      ['teacher weights', teacher.weights ? `${teacher.weights.description}: ${teacher.report}` : teacher.report],
      [
        'teacher sees',
        `${visible + extra} of ${tokenCount(grid)} ${isVideo(config.model) ? 'a clip' : 'an image'}, mask ${config.mask.teacherRatio}`,
      ],
      ['aligned layers', describeLayers(distiller)],
      ['loss', describeLoss(distiller)],
    ],
  };
}

function describeLayers({ config: { direct, generation, generator } }: Distiller): string {
  const pairs = (list: readonly LayerPair[]) =>
    list.map(({ student, teacher }) => `${student}-${teacher}`).join(' ') || 'none';
  const how = generation.length > 0 ? ` (${generator.kind}, depth ${generator.depth})` : '';
  return `student-teacher: direct ${pairs(direct)}, generation ${pairs(generation)}${how}`;
}

/** The sum that is minimised: `reconstruction + direct + 0.5 generation, l2`. */
function describeLoss({ config: { weights, direct, generation, loss, normalize, layerReduction } }: Distiller): string {
  const terms = Object.entries({
    reconstruction: weights.reconstruction,
    direct: direct.length > 0 ? weights.direct : 0,
    generation: generation.length > 0 ? weights.generation : 0,
  }).filter(([, weight]) => weight > 0);
  const sum = terms.map(([name, weight]) => (weight === 1 ? name : `${weight} ${name}`)).join(' + ');
  if (direct.length + generation.length === 0) return sum;
  const normalized = normalize === 'none' ? '' : ` of features normalised by ${normalize}`;
  return `${sum}; alignment ${loss}${normalized}, ${layerReduction} over layers`;
}
