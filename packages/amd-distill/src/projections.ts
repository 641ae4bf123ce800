import type { CompleteDistillationConfig, LayerPair } from './config.ts';

/** Which projection each aligned pair of layers goes through. */
export interface ProjectionPlan {
  /** How many projections there are. */
  readonly count: number;
  /** The projection of each pair of direct alignment. */
  readonly direct: readonly number[];
  /** The projection of each pair of generation alignment. */
  readonly generation: readonly number[];
}

/** Shares projections as the configuration says: direct alignment's come first, then those that only generation alignment uses. */
export function planProjections({
  direct,
  generation,
  generator,
  sharing,
}: Pick<CompleteDistillationConfig, 'direct' | 'generation' | 'generator' | 'sharing'>): ProjectionPlan {
  const shared = (pair: LayerPair, place: number) => {
    if (generator.kind === 'parallel') return -1;
    if (sharing === 'position') return place < direct.length ? place : -1;
    return direct.findIndex(({ student, teacher }) => student === pair.student && teacher === pair.teacher);
  };
  let count = direct.length;
  const ofGeneration = generation.map((pair, place) => {
    const found = shared(pair, place);
    return found >= 0 ? found : count++;
  });
  return { count, direct: [...direct.keys()], generation: ofGeneration };
}
