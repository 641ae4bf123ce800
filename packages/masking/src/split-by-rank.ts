import type { AsymmetricMask, MaskCounts } from './mask.ts';

/**
 * Turns one random ranking into a mask: the tokens ranked first are visible, the next ones extra, all but the visible ones masked.
 * One ranking decides for student and teacher, so what the student sees the teacher sees too. (MAE calls the ranking `idsRestore`.)
 *
 * @param ranks a permutation; `ranks[token]` is the token's place
 */
export function splitByRank(
  ranks: Int32Array,
  { visible, extra }: Pick<MaskCounts, 'visible' | 'extra'>,
): AsymmetricMask {
  const where = (keep: (rank: number) => boolean) => {
    const tokens: number[] = [];
    ranks.forEach((rank, token) => {
      if (keep(rank)) tokens.push(token);
    });
    return Int32Array.from(tokens);
  };
  return {
    visible: where((rank) => rank < visible),
    extra: where((rank) => rank >= visible && rank < visible + extra),
    masked: where((rank) => rank >= visible),
  };
}
