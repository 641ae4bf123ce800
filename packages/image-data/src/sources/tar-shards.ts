import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import { expandBraces } from './brace-range.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { RangeLocation } from './image-source.ts';
import { type ClassList, resolveNumberedClasses } from './labels.ts';
import type { SampleSource, SourceSample } from './sample-source.ts';
import { bufferedOrder } from './shuffle.ts';
import { groupMembers, type TarKind, type TarSample } from './tar-samples.ts';

/** How to read WebDataset tars. */
export interface TarSourceOptions {
  /** The classes' names in the order of their labels, or their number; default: as many as the greatest label asks for. */
  readonly classes?: ClassList;
  /** Samples held in the shuffle buffer; default 4096. */
  readonly shuffleBuffer?: number;
}

const DEFAULT_SHUFFLE_BUFFER = 4096;

/**
 * Opens WebDataset tars of samples of one kind: one path, or several with braces.
 *
 * @param options.sample makes the entry of a sample
 * @throws InputError for a missing, compressed, truncated or damaged archive, a hostile name, or a label out of range
 */
export async function openTarShards<Sample extends SourceSample>(
  path: string,
  options: TarSourceOptions & {
    readonly kind: TarKind;
    readonly sample: (found: TarSample, location: RangeLocation) => Sample;
  },
): Promise<SampleSource<Sample>> {
  const { kind, sample } = options;
  const shards = existsSync(path) ? [path] : expandBraces(path);
  const missing = shards.find((shard) => !existsSync(shard));
  if (missing !== undefined) {
    throw new InputError(
      `tar: there is no ${missing}${shards.length > 1 ? `, one of the ${shards.length} in ${path}` : ''}`,
    );
  }
  const files = shards.map((shard) => resolve(shard));
  const samples: TarSample[] = [];
  const shardOf: number[] = [];
  const shardLengths: number[] = [];
  for (const [i, shard] of shards.entries()) {
    const before = samples.length;
    for await (const found of groupMembers(shard, kind)) {
      samples.push(found);
      shardOf.push(i);
    }
    shardLengths.push(samples.length - before);
  }
  if (samples.length === 0) throw new InputError(`tar: ${path} holds no ${kind.noun}`);
  const bufferSize = options.shuffleBuffer ?? DEFAULT_SHUFFLE_BUFFER;
  if (!Number.isInteger(bufferSize) || bufferSize < 1) {
    throw new InputError(`tar: shuffleBuffer is ${bufferSize}; give a whole number of samples, at least 1`);
  }
  const labels = Int32Array.from(samples, ({ label }) => label ?? -1);
  const classes = resolveNumberedClasses(labels, {
    classes: options.classes,
    describe: (i) => `${shards[shardOf[i]!]}: ${samples[i]!.key}`,
  });
  return {
    name: path,
    noun: kind.noun,
    length: samples.length,
    classes,
    sample(index) {
      const found = samples[index]!;
      const { offset, length } = found;
      return sample(found, { kind: 'range', path: files[shardOf[index]!]!, offset, length });
    },
    order: (seed, epoch) => bufferedOrder(shardLengths, { seed, epoch, bufferSize }),
    fingerprint: async () =>
      fingerprintOf(
        (function* () {
          for (const shard of shards) yield basename(shard);
          for (const { key, label, offset, length } of samples) yield* [key, label, offset, length];
        })(),
      ),
  };
}
