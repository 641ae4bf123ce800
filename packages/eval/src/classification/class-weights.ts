import { InputError } from '@masked-distill/base';

/**
 * Weights that let each class count alike, however many samples it has: samples / (classes · samples of the class), so that their mean over
 * the samples is 1.
 *
 * @param counts samples of each class
 * @throws InputError when a class has none
 */
export function balancedClassWeights(counts: ArrayLike<number>): Float32Array {
  const all = Array.from(counts);
  const empty = all.findIndex((count) => !(count > 0));
  if (empty >= 0)
    throw new InputError(`balancedClassWeights: class ${empty} has no sample; leave it out, or give it one`);
  const samples = all.reduce((a, b) => a + b, 0);
  return Float32Array.from(all, (count) => samples / (all.length * count));
}
