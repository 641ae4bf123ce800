import { InputError } from '@masked-distill/base';

/** What {@link meanAveragePrecision} found. */
export interface MeanAveragePrecision {
  /** Mean over the classes that some sample belongs to; null where no sample belongs to any. */
  mean: number | null;
  /** Average precision of each class; null where no sample belongs to it. */
  perClass: (number | null)[];
}

/**
 * Average precision of a ranking: Σ (Rₙ − Rₙ₋₁)·Pₙ over its thresholds, from the highest score down, without interpolation. Samples of
 * equal scores share a threshold, so that their order does not matter; all scores equal gives the share of relevant samples.
 *
 * @param scores score of each sample; any that grow with its relevance
 * @param relevant 1 for samples that belong to the class, 0 for others
 * @returns from 0 to 1, or null where no sample is relevant
 * @throws InputError when the two do not fit each other or a score is NaN
 */
export function averagePrecision(scores: Float32Array, relevant: Uint8Array): number | null {
  if (scores.length !== relevant.length) {
    throw new InputError(
      `averagePrecision: ${scores.length} scores for ${relevant.length} samples; give one for each sample`,
    );
  }
  const broken = scores.findIndex(Number.isNaN);
  if (broken >= 0) throw new InputError(`averagePrecision: the score of sample ${broken} is NaN`);
  const positives = relevant.reduce((sum, value) => sum + value, 0);
  if (positives === 0) return null;
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  let area = 0;
  let found = 0;
  let counted = 0;
  order.forEach((sample, rank) => {
    found += relevant[sample]!;
    const isLastOfEquals = rank === order.length - 1 || scores[order[rank + 1]!] !== scores[sample];
    if (!isLastOfEquals) return;
    area += ((found - counted) / positives) * (found / (rank + 1));
    counted = found;
  });
  return area;
}

/**
 * {@link averagePrecision} of each class of a multi-label task, and its mean: how well each class's own samples rank above the others.
 *
 * @param scores `[samples, classes]`, row-major
 * @param relevant `[samples, classes]`, row-major: 1 where the sample belongs to the class
 * @throws InputError when the rows do not fit each other or a score is NaN
 */
export function meanAveragePrecision(
  scores: Float32Array,
  relevant: Uint8Array,
  { classes }: { classes: number },
): MeanAveragePrecision {
  if (scores.length !== relevant.length || scores.length === 0 || scores.length % classes !== 0) {
    throw new InputError(
      `meanAveragePrecision: ${scores.length} scores and ${relevant.length} labels do not make rows of ${classes} classes`,
    );
  }
  const perClass = Array.from({ length: classes }, (_, label) => {
    const samples = { length: scores.length / classes };
    return averagePrecision(
      Float32Array.from(samples, (_, sample) => scores[sample * classes + label]!),
      Uint8Array.from(samples, (_, sample) => relevant[sample * classes + label]!),
    );
  });
  const present = perClass.filter((value) => value !== null);
  return { mean: present.length === 0 ? null : present.reduce((a, b) => a + b) / present.length, perClass };
}
