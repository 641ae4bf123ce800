import { float } from '../graph/attributes.ts';
import { broadcastShape, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** x where it is positive, and no less than 0 or more than 6. ONNX's Clip loses NaN, Min and Max keep it. */
export function relu6(g: Recorder, x: Value): Value {
  return g.op('Min', [g.op('Relu', [x], x), g.scalar(6, x.type)], x);
}

/** x where it is positive, else `alpha · x`. */
export function leakyRelu(g: Recorder, x: Value, alpha: number): Value {
  return g.op('LeakyRelu', [x], x, { alpha: float(alpha) });
}

/** x where it is positive, else `slopes · x`; the two broadcast. */
export function prelu(g: Recorder, x: Value, slopes: Value): Value {
  const output = { type: x.type, shape: broadcastShape(x.shape, slopes.shape) };
  const isNegative = g.op('Less', [x, g.scalar(0, x.type)], { type: 'bool', shape: x.shape });
  return g.op('Where', [isNegative, g.op('Mul', [x, slopes], output), x], output);
}
