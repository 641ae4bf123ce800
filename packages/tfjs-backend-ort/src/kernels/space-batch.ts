import {
  BatchToSpaceND,
  type BatchToSpaceNDAttrs,
  type BatchToSpaceNDInputs,
  backend_util,
  DepthToSpace,
  type DepthToSpaceAttrs,
  type DepthToSpaceInputs,
  type KernelConfig,
  SpaceToBatchND,
  type SpaceToBatchNDAttrs,
  type SpaceToBatchNDInputs,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { transposed } from './layout.ts';
import { takeSteps } from './steps.ts';

/** The kernels that move blocks of an image from one axis to others: reshapes around one transpose. */
export const blockMoves: readonly KernelConfig[] = [
  defineKernel<BatchToSpaceNDInputs, BatchToSpaceNDAttrs>(
    BatchToSpaceND,
    ({ g, inputs: { x }, attrs: { blockShape, crops } }) => {
      const shape = [...x.shape];
      const size = sizeOf(blockShape);
      const split = backend_util.getReshaped(shape, blockShape, size);
      const merged = backend_util.getReshapedPermuted(shape, blockShape, size);
      const perm = backend_util.getPermuted(split.length, blockShape.length);
      const whole = g.reshape(transposed(g, g.reshape(x, split), perm), merged);
      const starts = backend_util.getSliceBeginCoords(crops, blockShape.length);
      const counts = backend_util.getSliceSize(merged, crops, blockShape.length);
      return takeSteps(g, whole, new Map(counts.map((count, axis) => [axis, { start: starts[axis]!, count }])));
    },
  ),
  defineKernel<SpaceToBatchNDInputs, SpaceToBatchNDAttrs>(
    SpaceToBatchND,
    ({ g, inputs: { x }, attrs: { blockShape, paddings } }) => {
      const size = sizeOf(blockShape);
      const padded = zeroPadded(g, x, paddings);
      const shape = [...padded.shape];
      const split = backend_util.getReshaped(shape, blockShape, size, false);
      const merged = backend_util.getReshapedPermuted(shape, blockShape, size, false);
      const perm = backend_util.getPermuted(split.length, blockShape.length, false);
      return g.reshape(transposed(g, g.reshape(padded, split), perm), merged);
    },
  ),
  defineKernel<DepthToSpaceInputs, DepthToSpaceAttrs>(
    DepthToSpace,
    ({ g, inputs: { x }, attrs: { blockSize, dataFormat } }) => {
      const [n, ...rest] = x.shape as [number, number, number, number];
      const b = blockSize;
      if (dataFormat === 'NCHW') {
        const [c, h, w] = rest;
        const split = g.reshape(x, [n, b, b, c / (b * b), h, w]);
        return g.reshape(transposed(g, split, [0, 3, 4, 1, 5, 2]), [n, c / (b * b), h * b, w * b]);
      }
      const [h, w, c] = rest;
      const split = g.reshape(x, [n, h, w, b, b, c / (b * b)]);
      return g.reshape(transposed(g, split, [0, 1, 3, 2, 4, 5]), [n, h * b, w * b, c / (b * b)]);
    },
  ),
];

/** Pads the axes behind the first with zeros. */
function zeroPadded(g: Recorder, x: Value, paddings: readonly (readonly number[])[]): Value {
  const all = x.shape.map((_, axis) => (axis === 0 ? [0, 0] : (paddings[axis - 1] ?? [0, 0])));
  if (all.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((length, axis) => length + all[axis]![0]! + all[axis]![1]!);
  const pads = [...all.map(([before]) => before!), ...all.map(([, after]) => after!)];
  return g.op('Pad', [x, g.int64(pads)], { type: x.type, shape });
}
