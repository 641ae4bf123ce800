// Asymmetric Masked Distillation for Pre-Training Small Foundation Models (Zhao et al., CVPR 2024), section 3.3.
import { InputError } from '@masked-distill/base';
import type { Backbone, ClipTable } from '@masked-distill/vit';
import type { FeatureLoss, FeatureNormalization } from './feature-loss.ts';

/** A layer of the student and the layer of the teacher that it learns to match, counted from 1: raw outputs of these blocks. */
export interface LayerPair {
  /** Block of the student. */
  readonly student: number;
  /** Block of the teacher. */
  readonly teacher: number;
}

/** How the modules are made that imagine what only the teacher sees. */
export interface GeneratorConfig {
  /**
   * 'serial': a generator continues from the features that direct alignment compares, where it aligns the same pair of layers.
   * 'parallel': it always has a projection of its own. Default 'serial'.
   */
  readonly kind?: 'serial' | 'parallel';
  /** Transformer blocks of one generator. Default 2. */
  readonly depth?: number;
  /** Attention heads; they divide the teacher's width. Default one for each 64 channels, or fewer where that does not divide. */
  readonly heads?: number;
  /** Width of a block's hidden layer over the teacher's. Default 4. */
  readonly mlpRatio?: number;
  /** Which of queries, keys and values have a bias; see `Block` of vit. Default 'full'. */
  readonly qkvBias?: 'full' | 'qv';
  /** Where tokens have a time: their fixed table of positions. Default VideoMAE's, 'sinusoid'. */
  readonly positions?: ClipTable;
}

/** Factors of the three losses; a loss of factor 0 is not computed. */
export interface LossWeights {
  /** Of the student's reconstruction. Default 1. */
  readonly reconstruction?: number;
  /** Of direct alignment. Default 1. */
  readonly direct?: number;
  /** Of generation alignment. Default 1. */
  readonly generation?: number;
}

/** How a student learns from its teacher; plain data, stored with its weights. */
export interface DistillationConfig {
  /** Layers that match on the tokens both see. Empty: no direct alignment. */
  readonly direct: readonly LayerPair[];
  /** Layers that match on the tokens only the teacher sees. Empty: no generation alignment. */
  readonly generation: readonly LayerPair[];
  /** The generators. */
  readonly generator?: GeneratorConfig;
  /** Factors of the losses. */
  readonly weights?: LossWeights;
  /** What is minimised between features. Default 'l2'. */
  readonly loss?: FeatureLoss;
  /** What is done to features before they are compared. Default 'none'. */
  readonly normalize?: FeatureNormalization;
  /** Whether an alignment loss is the mean over its layers, as in the released code, or their sum, as in the paper's formula. Default 'mean'. */
  readonly layerReduction?: 'mean' | 'sum';
  /** Whether prefix (class) tokens take part. Default: where student and teacher have the same number of them. */
  readonly prefix?: boolean;
  /**
   * Which projections are one: those of equal pairs of layers ('layers'), or those at the same place in both lists, whatever their layers
   * ('position', as in the released code). Default 'layers'.
   */
  readonly sharing?: 'layers' | 'position';
  /** Whether the generators' mask tokens are trained and saved. Default true; the released code does neither. */
  readonly trainMaskTokens?: boolean;
}

/** The two places in which the released code departs from the paper; spread it into a {@link DistillationConfig} to reproduce its numbers. */
export const releasedCode: Pick<DistillationConfig, 'sharing' | 'trainMaskTokens'> = {
  sharing: 'position',
  trainMaskTokens: false,
};

/**
 * Middle and last layer of both, as the paper aligns them: 6 and 12 of a student with 12 blocks, 12 and 24 of a ViT-L teacher.
 *
 * @throws InputError when the depths are no whole numbers above 0
 */
export function middleAndLast({ student, teacher }: LayerPair): readonly LayerPair[] {
  const middle = (depth: number) => Math.ceil(depth / 2);
  const pairs = [
    { student: middle(student), teacher: middle(teacher) },
    { student, teacher },
  ];
  return student === 1 || teacher === 1 ? pairs.slice(1) : pairs;
}

/** A {@link DistillationConfig} with every choice made. */
export type CompleteDistillationConfig = Required<Omit<DistillationConfig, 'generator' | 'weights'>> & {
  /** The generators. */
  readonly generator: Required<Omit<GeneratorConfig, 'positions'>> & Pick<GeneratorConfig, 'positions'>;
  /** Factors of the losses. */
  readonly weights: Required<LossWeights>;
};

/**
 * Completes a configuration by its defaults and checks it against the two models.
 *
 * @throws InputError when student and teacher do not cut their input alike, a layer does not exist, or nothing would train the student
 */
export function completeConfig(
  config: DistillationConfig,
  { student, teacher }: { student: Backbone; teacher: Backbone },
): CompleteDistillationConfig {
  const weights = { reconstruction: 1, direct: 1, generation: 1, ...config.weights };
  const generator = {
    kind: 'serial',
    depth: 2,
    mlpRatio: 4,
    qkvBias: 'full',
    heads: headsOf(teacher.width),
    ...config.generator,
  } as const;
  const samePrefix = student.prefixTokens === teacher.prefixTokens;
  const complete = {
    loss: 'l2',
    normalize: 'none',
    layerReduction: 'mean',
    sharing: 'layers',
    trainMaskTokens: true,
    prefix: samePrefix && student.prefixTokens > 0,
    ...config,
    direct: weights.direct === 0 ? [] : config.direct,
    generation: weights.generation === 0 ? [] : config.generation,
    generator,
    weights,
  } as const;
  checkInputs(student, teacher);
  checkWeights(weights);
  checkLayers(complete, { student, teacher });
  if (complete.prefix && !samePrefix) {
    throw new InputError(
      `distill: the student has ${student.prefixTokens} prefix tokens and the teacher ${teacher.prefixTokens}; leave them out with prefix: false`,
    );
  }
  if (complete.generation.length > 0 && teacher.width % generator.heads) {
    throw new InputError(
      `distill: ${generator.heads} generator heads do not divide the teacher's width ${teacher.width}; change generator.heads`,
    );
  }
  return complete;
}

/** One head for each 64 channels, or the next smaller number that divides the width. */
function headsOf(width: number): number {
  let heads = Math.max(1, Math.floor(width / 64));
  while (width % heads) heads--;
  return heads;
}

function checkInputs(student: Backbone, teacher: Backbone): void {
  const describe = ({ grid, patch }: Backbone) => {
    const [tokens, pixels] = [grid, patch].map(({ t, h, w }) =>
      grid.t === 1 && patch.t === 1 ? `${h}x${w}` : `${t}x${h}x${w}`,
    );
    return `${tokens} tokens of ${pixels} pixels`;
  };
  const [ofStudent, ofTeacher] = [describe(student), describe(teacher)];
  if (ofStudent === ofTeacher) return;
  throw new InputError(
    `distill: the student has ${ofStudent}, the teacher ${ofTeacher}; build both for one input and one patch, so that their tokens are the same`,
  );
}

function checkWeights(weights: Required<LossWeights>): void {
  const wrong = Object.entries(weights).find(([, weight]) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong) throw new InputError(`distill: the weight of ${wrong[0]} is ${wrong[1]}; give a number from 0`);
}

function checkLayers(
  { direct, generation, weights }: Pick<CompleteDistillationConfig, 'direct' | 'generation' | 'weights'>,
  models: { student: Backbone; teacher: Backbone },
): void {
  for (const [list, pairs] of Object.entries({ direct, generation })) {
    for (const pair of pairs) {
      for (const who of ['student', 'teacher'] as const) {
        const { depth } = models[who];
        if (Number.isInteger(pair[who]) && pair[who] >= 1 && pair[who] <= depth) continue;
        throw new InputError(
          `distill: ${list} alignment asks for layer ${pair[who]} of the ${who}, which has 1 to ${depth}; name one of those`,
        );
      }
    }
  }
  const { depth } = models.student;
  const last = Math.max(0, ...[...direct, ...generation].map(({ student }) => student));
  if (weights.reconstruction > 0 || last === depth) return;
  throw new InputError(
    last === 0
      ? 'distill: no layers are aligned and nothing is reconstructed; name layers, or give reconstruction a weight'
      : `distill: without reconstruction nothing trains the student's blocks after layer ${last}; align layer ${depth} too`,
  );
}
