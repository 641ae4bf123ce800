import { isDeepStrictEqual } from 'node:util';
import { MaskedDistillError } from '@masked-distill/base';
import type { SampleSource, SourceSample } from './sample-source.ts';

/** One case of the conformance suite, to be run by any test runner. */
export interface SourceConformanceCase {
  /** What must hold. */
  readonly name: string;
  /** Throws if it does not. */
  run(): Promise<void>;
}

type AnySource = SampleSource<SourceSample>;

function demand(isMet: boolean, what: string): asserts isMet {
  if (!isMet) throw new MaskedDistillError(`source: ${what}`);
}

/**
 * What every source must do, of pictures or of other samples.
 *
 * @param open opens the source anew each time, over the same content; of at least two samples
 *
 * @example
 * ```ts
 * for (const { name, run } of imageSourceConformance(() => openMySource())) it(name, run);
 * ```
 */
export function imageSourceConformance(
  open: () => SampleSource<SourceSample> | Promise<SampleSource<SourceSample>>,
): SourceConformanceCase[] {
  const over = (check: (source: AnySource) => void | Promise<void>) => async () => check(await open());
  return [
    {
      name: 'gives the same sample for an index every time, as plain data that can go to a worker',
      run: over((source) => {
        demand(source.length >= 2, `${source.length} samples are too few to tell`);
        for (let i = 0; i < source.length; i++) {
          const sample = source.sample(i);
          demand(isDeepStrictEqual(sample, source.sample(i)), `sample ${i} differs the second time`);
          demand(isDeepStrictEqual(structuredClone(sample), sample), `sample ${i} is not plain data`);
          demand(sample.key !== '', `sample ${i} has no key`);
        }
      }),
    },
    {
      name: 'labels with indices into its classes, or has no classes',
      run: over((source) => {
        for (let i = 0; i < source.length; i++) {
          const { key, label } = source.sample(i);
          if (label === undefined) continue;
          demand(source.classes?.[label] !== undefined, `${key} has label ${label}, which is none of its classes`);
        }
      }),
    },
    {
      name: 'orders every index once, as a pure function of seed and epoch',
      run: over((source) => {
        const order = source.order(1, 2);
        const ascending = Int32Array.from({ length: source.length }, (_, i) => i);
        demand(isDeepStrictEqual(order.slice().sort(), ascending), 'an order leaves an index out or repeats one');
        demand(isDeepStrictEqual(order, source.order(1, 2)), 'an order differs the second time');
        const tries = Array.from({ length: 16 }, (_, i) => i);
        const differs = (other: Int32Array) => !isDeepStrictEqual(other, order);
        demand(
          tries.some((i) => differs(source.order(1, 3 + i))),
          'every epoch has the same order',
        );
        demand(
          tries.some((i) => differs(source.order(2 + i, 2))),
          'every seed gives the same order',
        );
      }),
    },
    {
      name: 'has a fingerprint that stays',
      run: over(async (source) => {
        const fingerprint = await source.fingerprint();
        demand(fingerprint.length >= 16, `fingerprint ${fingerprint} is too short`);
        const again = await (await open()).fingerprint();
        demand(fingerprint === again, `fingerprint changes from ${fingerprint} to ${again} when opened again`);
      }),
    },
  ];
}
