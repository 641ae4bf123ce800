import { MaskedDistillError } from '@masked-distill/base';
import type { AsymmetricMask } from './mask.ts';

/** Draws the mask of one stream. */
type Sample = (key: number) => AsymmetricMask;

const KINDS = ['masked', 'extra', 'decoded'] as const;

/**
 * Demands that masks of neighbouring streams are uncorrelated, given how often each token is of a kind. A mask with f independent
 * choices in it has a correlation over 200 pairs of deviation 1/√(200·f), at most 0.07: the bound is four of them.
 */
export function demandIndependence(sample: Sample, n: number): void {
  const masks = Array.from({ length: 201 }, (_, key) => sample(key));
  for (const kind of KINDS) {
    const rows = masks.map((mask) => indicator(mask[kind] ?? [], n));
    const mean = rows[0]!.map((_, token) => rows.reduce((sum, row) => sum + row[token]!, 0) / rows.length);
    const centred = rows.map((row) => row.map((value, token) => value - mean[token]!));
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const sum = (term: (row: Float64Array, i: number) => number) =>
      centred.slice(0, -1).reduce((total, row, i) => total + term(row, i), 0);
    const variance = sum((row) => dot(row, row));
    const correlation = sum((row, i) => dot(row, centred[i + 1]!)) / variance;
    if (variance > 0 && Math.abs(correlation) > 0.3) {
      throw new MaskedDistillError(
        `mask sampler: what is ${kind} in one mask and in the next correlates by ${correlation.toFixed(2)}`,
      );
    }
  }
}

/**
 * Demands that every token is of each kind equally often, up to 5 standard deviations of 2,000 draws (one token in two million is
 * further off by chance; at a share of one half it is 5.6 points).
 */
export function demandUniformMarginals(sample: Sample, n: number): void {
  const draws = 2000;
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, new Float64Array(n)]));
  for (let key = 0; key < draws; key++) {
    const mask = sample(key);
    for (const kind of KINDS) for (const token of mask[kind] ?? []) counts[kind]![token]!++;
  }
  for (const kind of KINDS) {
    const share = counts[kind]!.reduce((sum, count) => sum + count, 0) / (draws * n);
    const deviation = Math.sqrt(draws * share * (1 - share));
    const odd = counts[kind]!.findIndex((count) => Math.abs(count - draws * share) > 5 * deviation);
    if (odd >= 0) {
      throw new MaskedDistillError(
        `mask sampler: token ${odd} is ${kind} in ${counts[kind]![odd]} of ${draws} masks, ${(draws * share).toFixed(0)} would be even`,
      );
    }
  }
}

function indicator(tokens: Iterable<number>, n: number): Float64Array {
  const row = new Float64Array(n);
  for (const token of tokens) row[token] = 1;
  return row;
}
