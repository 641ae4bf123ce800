import { type BinaryInputs, FloorDiv, type KernelConfig, Mod } from '@tensorflow/tfjs-core';
import { broadcastShape, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { commonType } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { elementwise } from './elementwise.ts';

/** Division towards minus infinity and its remainder, which has the divisor's sign. */
export const divisions: readonly KernelConfig[] = [
  defineKernel<BinaryInputs, object>(FloorDiv, ({ g, inputs: { a, b } }) => {
    if (commonType([a, b]) !== 'float32') return ofIntegers(g, [a, b], quotient);
    const ratio = elementwise(g, 'Div', [g.cast(a, 'float32'), g.cast(b, 'float32')]);
    return g.cast(g.op('Floor', [ratio], ratio), 'int32');
  }),
  defineKernel<BinaryInputs, object>(Mod, ({ g, inputs: { a, b } }) => {
    if (commonType([a, b]) !== 'float32') return ofIntegers(g, [a, b], remainder);
    return floatRemainder(g, g.cast(a, 'float32'), g.cast(b, 'float32'));
  }),
];

const remainder = (g: Recorder, a: Value, b: Value) => elementwise(g, 'Mod', [a, b]);

const quotient = (g: Recorder, a: Value, b: Value) =>
  elementwise(g, 'Div', [elementwise(g, 'Sub', [a, remainder(g, a, b)]), b]);

/**
 * Divides integers. ONNX Runtime leaves to the processor what it traps on: a divisor of zero, where tfjs has 0, and the least int32
 * by -1, which int64 has room for.
 */
function ofIntegers(
  g: Recorder,
  [a, b]: readonly [Value, Value],
  divide: (g: Recorder, a: Value, b: Value) => Value,
): Value {
  const zero = g.scalar(0, 'int64');
  const divisor = g.cast(b, 'int64');
  const isZero = g.op('Equal', [divisor, zero], { type: 'bool', shape: b.shape });
  const safe = g.op('Where', [isZero, g.scalar(1, 'int64'), divisor], divisor);
  const result = divide(g, g.cast(a, 'int64'), safe);
  return g.cast(g.op('Where', [isZero, zero, result], result), 'int32');
}

function floatRemainder(g: Recorder, a: Value, b: Value): Value {
  const output = { type: a.type, shape: broadcastShape(a.shape, b.shape) };
  const bools = { type: 'bool', shape: output.shape } as const;
  const zero = g.scalar(0, a.type);
  const isNegative = (x: Value) => g.op('Less', [x, zero], { type: 'bool', shape: x.shape });
  // C's fmod has the dividend's sign.
  const rest = g.op('Mod', [a, b], output, { fmod: 1 });
  const signsDiffer = g.op('Xor', [isNegative(a), isNegative(b)], bools);
  const moved = g.op('Mod', [g.op('Add', [rest, b], output), b], output, { fmod: 1 });
  return g.op('Where', [signsDiffer, moved, rest], output);
}
