import { createHash } from 'node:crypto';
import { InputError } from '@masked-distill/base';
import { fingerprintOf } from './fingerprint.ts';
import type { ImageSource } from './image-source.ts';
import { shuffledOrder } from './shuffle.ts';

/** An encoded picture in memory. */
export interface ImageBytes {
  /** Its name, for people. */
  readonly key: string;
  /** The content of an image file. */
  readonly bytes: Uint8Array;
  /** Its class, if it has one. */
  readonly label?: number;
}

/** What a source made from memory is called, and its classes. */
export interface BytesSourceOptions {
  /** Shown in messages; default `memory`. */
  readonly name?: string;
  /** The classes' names in the order of their labels. */
  readonly classes?: readonly string[];
}

/**
 * A source of encoded pictures that lie in memory, for data that comes from elsewhere: a database, a download.
 *
 * @throws InputError when it is empty or a label has no class
 */
export function createBytesSource(items: readonly ImageBytes[], options: BytesSourceOptions = {}): ImageSource {
  const { name = 'memory', classes } = options;
  if (items.length === 0) throw new InputError(`source: ${name} holds no images`);
  for (const { key, label } of items) {
    if (label !== undefined && classes?.[label] === undefined) {
      throw new InputError(`labels: ${name}: ${key} has label ${label}, outside 0..${(classes?.length ?? 0) - 1}`);
    }
  }
  return {
    name,
    length: items.length,
    classes,
    sample(index) {
      const { key, bytes, label } = items[index]!;
      return { key, label, location: { kind: 'bytes', bytes } };
    },
    order: (seed, epoch) => shuffledOrder(items.length, seed, epoch),
    fingerprint: async () =>
      fingerprintOf(
        items.flatMap(({ key, label, bytes }) => [key, label, createHash('sha256').update(bytes).digest('hex')]),
      ),
  };
}
