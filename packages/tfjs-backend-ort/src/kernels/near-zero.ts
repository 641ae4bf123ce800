import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** `exp(x) - 1` without cancellation: with t = tanh(x / 2), it is 2t / (1 - t) near zero. */
export function expm1(g: Recorder, x: Value): Value {
  const one = g.scalar(1, 'float32');
  const t = g.op('Tanh', [g.op('Mul', [x, g.scalar(0.5, 'float32')], x)], x);
  const near = g.op('Div', [g.op('Add', [t, t], x), g.op('Sub', [one, t], x)], x);
  return chooseNearZero(g, x, { near, far: g.op('Sub', [g.op('Exp', [x], x), one], x) });
}

/** `log(1 + x)` without cancellation: near zero it is 2 · atanh(x / (2 + x)). */
export function log1p(g: Recorder, x: Value): Value {
  const ratio = g.op('Div', [x, g.op('Add', [x, g.scalar(2, 'float32')], x)], x);
  const half = g.op('Atanh', [ratio], x);
  const far = g.op('Log', [g.op('Add', [x, g.scalar(1, 'float32')], x)], x);
  return chooseNearZero(g, x, { near: g.op('Add', [half, half], x), far });
}

function chooseNearZero(g: Recorder, x: Value, { near, far }: { near: Value; far: Value }): Value {
  const isNear = g.op('Less', [g.op('Abs', [x], x), g.scalar(0.5, 'float32')], { type: 'bool', shape: x.shape });
  return g.op('Where', [isNear, near, far], x);
}
