import { createRng } from '@masked-distill/base';

/** All indices 0 … length−1 in a random order of this epoch. */
export function shuffledOrder(length: number, seed: number, epoch: number): Int32Array {
  return createRng(seed, 'order', epoch).permutation(length);
}

/**
 * The order of a stream that visits whole shards in random order and draws each next sample at random from a buffer of the
 * `bufferSize` oldest ones not yet drawn. Reads stay near each other on the disk, at the price of a weaker shuffle.
 *
 * @param shardLengths samples in each shard, in the order of their indices
 */
export function bufferedOrder(
  shardLengths: readonly number[],
  options: { readonly seed: number; readonly epoch: number; readonly bufferSize: number },
): Int32Array {
  const rng = createRng(options.seed, 'order', options.epoch);
  const starts: number[] = [];
  let length = 0;
  for (const shardLength of shardLengths) {
    starts.push(length);
    length += shardLength;
  }
  const stream = new Int32Array(length);
  let end = 0;
  for (const shard of rng.permutation(shardLengths.length)) {
    for (let i = 0; i < shardLengths[shard]!; i++) stream[end++] = starts[shard]! + i;
  }
  const order = new Int32Array(length);
  const buffer = stream.slice(0, options.bufferSize);
  let filled = buffer.length;
  let next = filled;
  for (let i = 0; i < length; i++) {
    const slot = rng.integer(filled);
    order[i] = buffer[slot]!;
    buffer[slot] = next < length ? stream[next++]! : buffer[--filled]!;
  }
  return order;
}
