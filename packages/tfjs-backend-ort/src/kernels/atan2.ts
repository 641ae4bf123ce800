import { Atan2, type Atan2Inputs, backend_util } from '@tensorflow/tfjs-core';
import { commonType } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** The angle of the point (b, a), which ONNX has no operator for. */
export const atan2 = defineKernel<Atan2Inputs, object>(Atan2, ({ g, inputs }) => {
  const y = g.cast(inputs.a, 'float32');
  const x = g.cast(inputs.b, 'float32');
  const zero = g.scalar(0, 'float32');
  const pi = g.scalar(Math.PI, 'float32');
  const output = {
    type: 'float32',
    shape: backend_util.assertAndGetBroadcastShape([...y.shape], [...x.shape]),
  } as const;
  const bools = ({ shape }: { shape: readonly number[] }) => ({ type: 'bool', shape }) as const;
  // On the right half plane first; y / 0 is infinite, so that only the origin needs a case of its own.
  const ratio = g.op('Div', [y, g.op('Abs', [x], x)], output);
  const isOnAxis = g.op('Equal', [y, zero], bools(y));
  const right = g.op('Where', [isOnAxis, y, g.op('Atan', [ratio], output)], output);
  const turn = g.op('Where', [g.op('Less', [y, zero], bools(y)), g.op('Neg', [pi], pi), pi], y);
  const angle = g.op('Where', [g.op('Less', [x, zero], bools(x)), g.op('Sub', [turn, right], output), right], output);
  return g.cast(angle, commonType([inputs.a, inputs.b]));
});
