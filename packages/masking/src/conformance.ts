import { createRng, MaskedDistillError } from '@masked-distill/base';
import { demandIndependence, demandUniformMarginals } from './conformance-statistics.ts';
import type { AsymmetricMask, MaskSampler } from './mask.ts';
import { type TokenGrid, tokenCount } from './token-grid.ts';

/** One case of a conformance suite, to be run by any test runner. */
export interface ConformanceCase {
  /** What must hold. */
  name: string;
  /** Throws if it does not. */
  run(): void | Promise<void>;
}

/** What a sampler claims beyond what every sampler must do. */
export interface MaskSamplerConformanceOptions {
  /** Every token has the same chance to be masked, to be extra, and, where there is a decoder mask, to be decoded. Default false. */
  uniform?: boolean;
  /** Every temporal slice has the same mask (not: the same decoder mask). Default false. */
  tube?: boolean;
}

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new MaskedDistillError(`mask sampler: ${what}`);
}

/**
 * What every mask sampler must do, whatever its rule, and what this one claims besides.
 *
 * @example
 * ```ts
 * for (const { name, run } of maskSamplerConformance(mySampler, { t: 1, h: 14, w: 14 })) it(name, run);
 * ```
 */
export function maskSamplerConformance(
  sampler: MaskSampler,
  grid: TokenGrid,
  { uniform = false, tube = false }: MaskSamplerConformanceOptions = {},
): ConformanceCase[] {
  const n = tokenCount(grid);
  const sample = (key: number) => sampler.sample(grid, createRng(0, 'conformance', key));
  const forMany = (check: (mask: AsymmetricMask) => void) => () => {
    for (let key = 0; key < 50; key++) check(sample(key));
  };
  const cases: ConformanceCase[] = [
    {
      name: 'lists are strictly ascending and within the grid',
      run: forMany((mask) => {
        for (const list of [mask.visible, mask.extra, mask.masked, mask.decoded ?? []]) {
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
        demand(isPart(extra, masked), 'an extra token is visible to the student');
      }),
    },
    {
      name: 'only what is masked is decoded',
      run: forMany(({ decoded = [], masked }) => {
        demand(isPart(decoded, masked), 'a decoded token is visible to the student');
      }),
    },
    {
      name: 'counts are as announced',
      run: forMany((mask) => {
        const counts = sampler.counts(grid);
        for (const kind of ['visible', 'extra', 'masked', 'decoded'] as const) {
          const [actual, announced] = [mask[kind]?.length, counts[kind]];
          demand(
            actual === announced,
            `${actual ?? 'all masked'} tokens are ${kind}, announced were ${announced ?? 'all masked'}`,
          );
        }
      }),
    },
    {
      name: 'the same stream gives the same mask, another one another',
      run() {
        const [once, again] = [sample(1), sample(1)];
        for (const kind of ['visible', 'extra', 'decoded'] as const) {
          demand(`${once[kind]}` === `${again[kind]}`, 'a mask is not repeatable');
        }
        const distinct = new Set(Array.from({ length: 50 }, (_, key) => `${sample(key).visible}`));
        demand(distinct.size > 1, '50 streams gave one mask');
      },
    },
    { name: 'masks of different streams are independent', run: () => demandIndependence(sample, n) },
  ];
  if (uniform) {
    cases.push({ name: 'every token has the same chance', run: () => demandUniformMarginals(sample, n) });
  }
  if (tube) {
    cases.push({
      name: 'every temporal slice has the same mask',
      run: forMany(({ visible, extra, masked }) => {
        for (const list of [visible, extra, masked]) {
          demand(isTube(list, grid), `[${list}] is not one slice repeated over time`);
        }
      }),
    });
  }
  return cases;
}

function isPart(part: ArrayLike<number>, whole: Iterable<number>): boolean {
  const tokens = new Set(whole);
  return Array.from(part).every((token) => tokens.has(token));
}

function isTube(list: Int32Array, { t, h, w }: TokenGrid): boolean {
  const perSlice = list.length / t;
  return list.every((token, i) => i < perSlice || token === list[i - perSlice]! + h * w);
}
