import * as tf from '@tensorflow/tfjs-core';
import { createRng } from '../../src/index.ts';
import { build, type Numbers, sum } from './float64.ts';

/** An op beside its float64 reference. The tensors are all differentiable inputs, in the order of `shapes`. */
export interface OpCase {
  /** Op and shapes, in words. */
  name: string;
  /** Shapes of the inputs. */
  shapes: readonly (readonly number[])[];
  /** The op. */
  op(...inputs: tf.Tensor[]): tf.Tensor;
  /** The same in float64. */
  reference(...inputs: Numbers[]): Numbers;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** Normal draws, rounded to float32 so that both sides start from the same numbers. */
export function draws(size: number, ...keys: readonly (string | number)[]): Numbers {
  const rng = createRng(0, ...keys);
  return build(size, () => Math.fround(rng.normal()));
}

/** Inputs of a case. */
export const inputsOf = ({ name, shapes }: OpCase): Numbers[] =>
  shapes.map((shape, i) => draws(sizeOf(shape), name, i));

/** Inputs of a case as tensors. */
export const tensorsOf = (opCase: OpCase): tf.Tensor[] =>
  inputsOf(opCase).map((values, i) => tf.tensor(Float32Array.from(values), [...opCase.shapes[i]!]));

/**
 * Gradients of Σ w·op(inputs) for random weights w, two ways: by the op, and by central differences of the float64 reference (whose own
 * error is below 1e-8, so that what differs is the op's).
 */
export async function gradientPairs(opCase: OpCase): Promise<{ actual: Float32Array; expected: Numbers }[]> {
  const { name, op, reference } = opCase;
  const inputs = inputsOf(opCase);
  const tensors = tensorsOf(opCase);
  const output = op(...tensors);
  const weights = draws(output.size, name, 'weights');
  const gradients = tf.grads((...xs) => op(...xs))(tensors, tf.tensor(Float32Array.from(weights), output.shape));

  const objective = (values: Numbers[]) => {
    const result = reference(...values);
    return sum(result.length, (i) => weights[i]! * result[i]!);
  };
  const shifted = (which: number, element: number, by: number) =>
    inputs.map((values, i) => (i === which ? values.map((value, j) => (j === element ? value + by : value)) : values));
  const h = 1e-4;
  return Promise.all(
    gradients.map(async (gradient, which) => ({
      actual: (await gradient.data()) as Float32Array,
      expected: build(
        inputs[which]!.length,
        (element) => (objective(shifted(which, element, h)) - objective(shifted(which, element, -h))) / (2 * h),
      ),
    })),
  );
}
