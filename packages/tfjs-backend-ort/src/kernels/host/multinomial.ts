import { Multinomial, type MultinomialAttrs, type MultinomialInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf } from './host-kernel.ts';

/** Samples of rows of probabilities, the same for the same seed. */
export const multinomial = defineKernel<MultinomialInputs, MultinomialAttrs>(
  Multinomial,
  ({ g, inputs: { logits }, attrs: { numSamples, seed, normalized }, backend }) => {
    const distribution = normalized ? logits : g.op('Softmax', [logits], logits, { axis: -1 });
    const [probabilities] = numbersOf(backend, [distribution]);
    const [rows, events] = logits.shape as [number, number];
    const samples = new Int32Array(rows * numSamples);
    for (let row = 0; row < rows; row++) {
      const random = mulberry32(seed); // as in tfjs, one stream that each row begins anew
      for (let i = 0; i < numSamples; i++) {
        let rest = random();
        let event = 0;
        // The last event is what remains, so that rounding can't leave a sample without one.
        for (; event < events - 1; event++) {
          rest -= probabilities[row * events + event]!;
          if (rest < 0) break;
        }
        samples[row * numSamples + i] = event;
      }
    }
    return fromHost(backend, samples, { type: 'int32', shape: [rows, numSamples] });
  },
);

/** Tommy Ettinger's generator of numbers in [0, 1): 32 bits of state are plenty to draw samples. */
function mulberry32(seed: number): () => number {
  // Seeds are often fractions, from Math.random.
  const [low, high] = new Uint32Array(Float64Array.of(seed).buffer) as unknown as [number, number];
  let state = low ^ high;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
