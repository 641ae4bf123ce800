import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A stream of pseudo-random numbers. The same keys give the same stream on every machine.
 *
 * @example
 * ```ts
 * const rng = createRng(seed, 'augment', epoch, sampleIndex);
 * if (rng.uniform() < 0.5) flip(image);
 * ```
 */
export interface Rng {
  /** A number in [0, 1). */
  uniform(): number;
  /** An integer in [0, below). */
  integer(below: number): number;
  /** A draw from the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
  /** The integers 0 … n−1 in random order (Fisher-Yates). */
  permutation(n: number): Int32Array;
}

/**
 * Opens the random stream named by `seed` and any further keys (a purpose, an epoch, a sample's index). Streams of different keys
 * are independent, so a draw depends on what it is for and never on which worker makes it or what was drawn before.
 */
export function createRng(seed: number, ...keys: readonly (number | string)[]): Rng {
  const generator = xoroshiro128plusFromState(hashState([seed, ...keys]));
  const uniform = () => uniformFloat64(generator);
  const integer = (below: number) => uniformInt(generator, 0, below - 1);
  return {
    uniform,
    integer,
    // Box-Muller; 1 − u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}

/** Four well-mixed 32-bit words from a list of keys: MurmurHash3 (x86, 32 bit) of their text under four seeds. */
function hashState(keys: readonly (number | string)[]): number[] {
  const bytes = new TextEncoder().encode(JSON.stringify(keys));
  return [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f].map((seed) => murmur3(bytes, seed));
}

function murmur3(bytes: Uint8Array, seed: number): number {
  const scramble = (k: number) => {
    const product = Math.imul(k, 0xcc9e2d51);
    return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
  };
  let hash = seed;
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash ^= scramble(word);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!;
  if (whole < bytes.length) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
