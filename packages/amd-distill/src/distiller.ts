// Zhao et al., "Asymmetric Masked Distillation for Pre-Training Small Foundation Models" (CVPR 2024), section 3. Differs from the released
// code in that the generators' mask tokens are trained and saved, the two lists of layers need not be equal, and any mask sampler will do.
import { InputError, type Rng } from '@masked-distill/base';
import type { MaskedModel } from '@masked-distill/mae';
import { tokenCount } from '@masked-distill/masking';
import { Linear, Module, type TensorRecord } from '@masked-distill/tensor-core';
import { type Backbone, fixedPositions } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { type CompleteDistillationConfig, completeConfig, type DistillationConfig } from './config.ts';
import { featureLoss } from './feature-loss.ts';
import { Generator, type GeneratorPositions } from './generator.ts';
import type { DistillIndices } from './indices.ts';
import { planProjections } from './projections.ts';

/** Options of {@link Distiller}. */
export interface DistillerOptions {
  /** How the student learns from its teacher. */
  config: DistillationConfig;
  /** Source of the initial values of projections and generators. */
  rng: Rng;
}

/** A distillation loss and what it is made of; a part that was not asked for is absent. */
export interface DistillLoss {
  /** The weighted sum of the parts. */
  loss: tf.Scalar;
  /** The parts as they are, without their weights: `lossRecon`, `lossDirect`, `lossGeneration`. */
  parts: Readonly<Record<string, tf.Scalar>>;
}

/** What the student makes of one input, before it is compared with anything. */
export interface StudentFeatures {
  /** The encoder's output, `[prefix + V, B, Ds]`. */
  latent: tf.Tensor3D;
  /** For each pair of direct alignment, the student's features in the teacher's width: `[P + V, B, Dt]`. */
  direct: tf.Tensor3D[];
  /** For each pair of generation alignment, the features imagined where only the teacher sees: `[E, B, Dt]`. */
  generation: tf.Tensor3D[];
}

/**
 * Asymmetric masked distillation: a student reconstructs what is hidden from it, as a masked autoencoder does, and matches the features
 * of a frozen teacher that sees more, both where it sees too and where it does not. Images, clips or anything else that the two models
 * take: this class knows tokens only.
 *
 * @example
 * ```ts
 * const distiller = new Distiller(student, teacher, { config: { direct: pairs, generation: pairs }, rng: createRng(0, 'distill') });
 * const targets = distiller.targets(pixels, indices); // outside the gradient
 * const { loss, parts } = distiller.loss(pixels, indices, { targets });
 * ```
 */
export class Distiller extends Module {
  /** The model that is trained. */
  readonly student: MaskedModel;
  /** The encoder it learns from; its variables do not belong to this module. */
  readonly teacher: Backbone;
  /** The configuration with every choice made. */
  readonly config: CompleteDistillationConfig;
  readonly #plan;
  readonly #projections: readonly Linear[];
  readonly #generators: readonly Generator[];
  /** `[N, Dt]`. An array and no variable: nothing assigns to it and no checkpoint holds it. */
  readonly #positions: Float32Array;

  /** @throws InputError when student and teacher do not fit each other or the configuration; see {@link completeConfig} */
  constructor(student: MaskedModel, teacher: Backbone, { config, rng }: DistillerOptions) {
    super();
    this.config = completeConfig(config, { student: student.encoder, teacher });
    this.student = this.child('', student);
    this.teacher = teacher;
    this.#plan = planProjections(this.config);
    const [from, to] = [student.encoder.width, teacher.width];
    this.#projections = this.children(
      'projection_heads',
      Array.from({ length: this.#plan.count }, () => new Linear(from, to, { bias: false, rng })),
    );
    const { trainMaskTokens: trainMaskToken, generator } = this.config;
    this.#generators = this.children(
      'generators',
      this.config.generation.map(() => new Generator({ ...generator, width: to, trainMaskToken, rng })),
    );
    this.#positions = fixedPositions(teacher.grid, to, this.config.generator.positions);
  }

  /** Without reconstruction there is no decoder to train. */
  override trainableVariables(): Map<string, tf.Variable> {
    const all = super.trainableVariables();
    if (this.config.weights.reconstruction > 0) return all;
    const encoder = new Set(this.student.encoder.namedVariables().values());
    const decoder = new Set([...this.student.namedVariables().values()].filter((variable) => !encoder.has(variable)));
    return new Map([...all].filter(([, variable]) => !decoder.has(variable)));
  }

  /** Variables that are read, never trained and never saved: the teacher's, and mask tokens that are not trained. */
  frozenVariables(): tf.Variable[] {
    return [...this.teacher.namedVariables().values(), ...this.untrainedMaskTokens()];
  }

  /** The generators' mask tokens where `trainMaskTokens` is off, `[1, 1, Dt]` each. */
  untrainedMaskTokens(): tf.Variable[] {
    return this.config.trainMaskTokens ? [] : this.#generators.map(({ maskToken }) => maskToken);
  }

  /**
   * What the teacher makes of the tokens it sees: its features under the names `teacher.<layer>`, `[prefix + V + E, B, Dt]`. Call it
   * outside the gradient; it embeds only what is seen, and stops after the last layer asked for.
   */
  targets(pixels: tf.Tensor, { seen }: DistillIndices): TensorRecord {
    const layers = [...new Set([...this.config.direct, ...this.config.generation].map(({ teacher }) => teacher))];
    if (layers.length === 0) return {};
    const tokens = this.teacher.embed(pixels, seen);
    const { features } = this.teacher.encode(tokens, { collect: layers, stopAfter: Math.max(...layers) });
    return Object.fromEntries(features.map((feature, i) => [targetName(layers[i]!), feature]));
  }

  /**
   * The student's side: encodes what is visible, projects the asked layers, imagines what only the teacher sees.
   *
   * @param options factors of stochastic depth, `[2·depth, B]`
   */
  features(pixels: tf.Tensor, indices: DistillIndices, options: { dropPath?: tf.Tensor2D } = {}): StudentFeatures {
    const { encoder } = this.student;
    const { direct, generation } = this.config;
    const layers = [...new Set([...direct, ...generation].map(({ student }) => student))];
    const { output, features } = encoder.encode(encoder.embed(pixels, indices.visible), {
      ...options,
      collect: layers,
    });
    const projected = new Map<string, tf.Tensor3D>();
    const project = (layer: number, projection: number) => {
      const key = `${layer} ${projection}`;
      const known = projected.get(key) ?? this.#project(features[layers.indexOf(layer)]!, projection);
      projected.set(key, known);
      return known;
    };
    const positions = generation.length > 0 ? this.#positionsOf(indices, output.shape[1]) : undefined;
    return {
      latent: output,
      direct: direct.map(({ student }, i) => project(student, this.#plan.direct[i]!)),
      generation: generation.map(({ student }, i) =>
        this.#generators[i]!.forward(project(student, this.#plan.generation[i]!), positions!),
      ),
    };
  }

  /**
   * The weighted sum of reconstruction, direct and generation alignment.
   *
   * @param pixels normalised
   * @param indices of the batch's masks
   * @param options what {@link Distiller.targets} gave for the same batch, and factors of stochastic depth, `[2·depth, B]`
   */
  loss(
    pixels: tf.Tensor,
    indices: DistillIndices,
    { targets, ...options }: { targets: TensorRecord; dropPath?: tf.Tensor2D },
  ): DistillLoss {
    const { weights, direct, generation } = this.config;
    const features = this.features(pixels, indices, options);
    const align = (part: 'direct' | 'generation') => {
      const losses = this.config[part].map(({ teacher }, i) => {
        const seen = targets[targetName(teacher)] as tf.Tensor3D;
        return featureLoss(features[part][i]!, this.#partOf(seen, { part, indices }), this.config);
      });
      const sum = losses.reduce((total, loss) => tf.add(total, loss));
      return this.config.layerReduction === 'sum' ? sum : (tf.div(sum, losses.length) as tf.Scalar);
    };

    const parts: Record<string, tf.Scalar> = {};
    if (weights.reconstruction > 0) parts.lossRecon = this.student.reconstructionLoss(features.latent, pixels, indices);
    if (direct.length > 0) parts.lossDirect = align('direct');
    if (generation.length > 0) parts.lossGeneration = align('generation');
    const factors: Record<string, number> = {
      lossRecon: weights.reconstruction,
      lossDirect: weights.direct,
      lossGeneration: weights.generation,
    };
    const weighted = Object.entries(parts).map(([name, part]) => tf.mul(part, factors[name]!) as tf.Scalar);
    return { loss: weighted.reduce((sum, part) => tf.add(sum, part)), parts };
  }

  /** Frees what was made here, the student with it; the teacher stays. */
  override dispose(): void {
    super.dispose();
    for (const token of this.untrainedMaskTokens()) token.dispose();
  }

  /** Features `[prefix + V, B, Ds]` in the teacher's width: `[P + V, B, Dt]`, P being the prefix tokens that take part. */
  #project(feature: tf.Tensor3D, projection: number): tf.Tensor3D {
    const skipped = this.config.prefix ? 0 : this.student.encoder.prefixTokens;
    const [tokens, batch, width] = feature.shape;
    const compared = skipped > 0 ? tf.slice(feature, [skipped, 0, 0]) : feature;
    const rows = tf.reshape(compared, [(tokens - skipped) * batch, width]);
    return tf.reshape(this.#projections[projection]!.forward(rows), [tokens - skipped, batch, -1]);
  }

  /** The tokens of a teacher's feature `[prefix + V + E, B, Dt]` that one of the alignments compares. */
  #partOf(
    feature: tf.Tensor3D,
    { part, indices: { visible, seen } }: { part: 'direct' | 'generation'; indices: DistillIndices },
  ): tf.Tensor3D {
    const [tokens, batch] = feature.shape;
    const shared = tokens - (seen.rows.size - visible.rows.size) / batch;
    const first = this.config.prefix ? 0 : this.teacher.prefixTokens;
    return part === 'direct'
      ? tf.slice(feature, [first, 0, 0], [shared - first, -1, -1])
      : tf.slice(feature, [shared, 0, 0]);
  }

  #positionsOf({ visible, seen }: DistillIndices, batch: number): GeneratorPositions {
    const shared = visible.rows.size / batch;
    if (seen.rows.size === visible.rows.size) {
      throw new InputError(
        'distill: the teacher sees no more than the student, so there is nothing to generate; lower its mask ratio, or align no layers by generation',
      );
    }
    // Rows are n·B + b: the token's number is what is left of the division.
    const tokens = tf.floorDiv(seen.rows, tf.scalar(batch, 'int32')) as tf.Tensor1D;
    const table = tf.tensor2d(this.#positions, [tokenCount(this.teacher.grid), this.teacher.width]);
    const placed = tf.reshape(tf.gather(table, tokens), [-1, batch, this.teacher.width]);
    const ofVisible = tf.slice(placed, [0, 0, 0], [shared, -1, -1]);
    const prefix = this.config.prefix ? this.student.encoder.prefixTokens : 0;
    return {
      visible: prefix > 0 ? tf.concat([tf.zeros([prefix, batch, this.teacher.width]), ofVisible], 0) : ofVisible,
      extra: tf.slice(placed, [shared, 0, 0]),
    };
  }
}

const targetName = (layer: number) => `teacher.${layer}`;
