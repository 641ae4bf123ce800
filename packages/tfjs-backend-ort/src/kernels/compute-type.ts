import { upcastType } from '@tensorflow/tfjs-core';
import type { ElementType } from '../element-types.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** What an operator is implemented in: for a tensor of each of tfjs's types, the type to compute in. */
export type ComputeTypes = Partial<Record<ElementType, ElementType>>;

/** For arithmetic, which ONNX Runtime has for numbers only. */
export const NUMBERS: ComputeTypes = { bool: 'int32' };

/** For functions that it has for floating-point numbers only. */
export const FLOATS: ComputeTypes = { bool: 'float32', int32: 'float32' };

/**
 * Records an operator in a type that ONNX Runtime implements it in.
 *
 * @param g the recorder
 * @param inputs the operands; brought to one type by tfjs's rule first
 * @param options the types to compute in, and `record`, which is given the operands in that type
 * @returns the result, in the operands' own type
 */
export function computeIn(
  g: Recorder,
  inputs: readonly Value[],
  { types, record }: { types: ComputeTypes; record: (...inputs: Value[]) => Value },
): Value {
  const type = commonType(inputs);
  const computed = types[type] ?? type;
  return g.cast(record(...inputs.map((value) => g.cast(value, computed))), type);
}

/** The type that tfjs gives to a result of operands of these types. */
export const commonType = (values: readonly Value[]): ElementType =>
  values.map(({ type }) => type as 'float32').reduce((a, b) => upcastType(a, b) as 'float32');
