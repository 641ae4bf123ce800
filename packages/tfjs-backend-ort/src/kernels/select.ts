import { Select, type SelectInputs } from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { computeIn } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** Elements of one tensor or of another, by flags. */
export const select = defineKernel<SelectInputs, object>(Select, ({ g, inputs: { condition, t, e } }) =>
  computeIn(g, [t, e], {
    types: { bool: 'uint8' },
    record: (chosen, other) => g.op('Where', [conditionLike(g, condition, t), chosen, other], chosen!),
  }),
);

/** The condition in the rank of what it chooses from: one of rank 1 chooses rows. */
function conditionLike(g: Recorder, condition: Value, { shape }: Value): Value {
  const flags = g.cast(condition, 'bool');
  if (flags.shape.length !== 1 || shape.length <= 1) return flags;
  return g.reshape(flags, [flags.shape[0]!, ...shape.slice(1).map(() => 1)]);
}
