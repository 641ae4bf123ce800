import { createRng, MaskedDistillError } from '@masked-distill/base';
import type { AsymmetricMask, MaskSampler } from './mask.ts';
import { type TokenGrid, tokenCount } from './token-grid.ts';

/** One case of a conformance suite, to be run by any test runner. */
export interface ConformanceCase {
  /** What must hold. */
  name: string;
  /** Throws if it does not. */
  run(): void | Promise<void>;
}

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new MaskedDistillError(`mask sampler: ${what}`);
}

/**
 * What every mask sampler must do, whatever its rule.
 *
 * @example
 * ```ts
 * for (const { name, run } of maskSamplerConformance(mySampler, { t: 1, h: 14, w: 14 })) it(name, run);
 * ```
 */
export function maskSamplerConformance(sampler: MaskSampler, grid: TokenGrid): ConformanceCase[] {
  const n = tokenCount(grid);
  const sample = (key: number) => sampler.sample(grid, createRng(0, 'conformance', key));
  const forMany = (check: (mask: AsymmetricMask) => void) => () => {
    for (let key = 0; key < 50; key++) check(sample(key));
  };
  return [
    {
      name: 'lists are strictly ascending and within the grid',
      run: forMany((mask) => {
        for (const list of [mask.visible, mask.extra, mask.masked]) {
          demand(
            list.every((token, i) => token >= 0 && token < n && (i === 0 || token > list[i - 1]!)),
            `[${list}] is not ascending`,
          );
        }
      }),
    },
    {
      name: 'visible and masked are disjoint and complete',
      run: forMany(({ visible, masked }) => {
        const all = sorted([...visible, ...masked]);
        demand(all.length === n && all.every((token, i) => token === i), 'visible and masked do not make up the grid');
      }),
    },
    {
      name: 'the teacher sees what the student sees, and more only from what is masked',
      run: forMany(({ extra, masked }) => {
        const hidden = new Set(masked);
        demand(
          extra.every((token) => hidden.has(token)),
          'an extra token is visible to the student',
        );
      }),
    },
    {
      name: 'counts are as announced',
      run: forMany((mask) => {
        const counts = sampler.counts(grid);
        for (const kind of ['visible', 'extra', 'masked'] as const) {
          demand(
            mask[kind].length === counts[kind],
            `${mask[kind].length} tokens are ${kind}, announced were ${counts[kind]}`,
          );
        }
      }),
    },
    {
      name: 'the same stream gives the same mask, another one another',
      run() {
        const [once, again] = [sample(1), sample(1)];
        demand(`${once.visible}` === `${again.visible}`, 'a mask is not repeatable');
        const distinct = new Set(Array.from({ length: 50 }, (_, key) => `${sample(key).visible}`));
        demand(distinct.size > 1, '50 streams gave one mask');
      },
    },
  ];
}
