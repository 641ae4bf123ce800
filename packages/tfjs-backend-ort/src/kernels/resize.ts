import {
  type KernelConfig,
  ResizeBilinear,
  type ResizeBilinearAttrs,
  ResizeBilinearGrad,
  type ResizeBilinearGradInputs,
  type ResizeBilinearInputs,
  ResizeNearestNeighbor,
  type ResizeNearestNeighborAttrs,
  ResizeNearestNeighborGrad,
  type ResizeNearestNeighborGradInputs,
  type ResizeNearestNeighborInputs,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { matMul } from './mat-mul.ts';
import { type Neighbours, nearest, neighbours, type ResizedAxis } from './resize-geometry.ts';
import { range } from './steps.ts';

/** Resizing of images `[N, H, W, C]`, one axis after the other, and its gradients. */
export const resizes: readonly KernelConfig[] = [
  defineKernel<ResizeBilinearInputs, ResizeBilinearAttrs>(ResizeBilinear, ({ g, inputs: { images }, attrs }) => {
    const [n, , , c] = images.shape as Shape4D;
    const output = { type: 'float32', shape: [n, ...attrs.size, c] } as const;
    if (isEmpty(output)) return g.filled(0, output);
    // Columns first, as tfjs does: where values are infinite the order shows.
    return [2, 1].reduce(
      (resized, axis) => between(g, resized, { axis, places: neighbours(axisOf(images, attrs, axis)) }),
      g.cast(images, 'float32'),
    );
  }),
  defineKernel<ResizeNearestNeighborInputs, ResizeNearestNeighborAttrs>(
    ResizeNearestNeighbor,
    ({ g, inputs: { images }, attrs }) =>
      [2, 1].reduce(
        (resized, axis) => pick(g, resized, { axis, places: nearest(axisOf(images, attrs, axis)) }),
        images,
      ),
  ),
  defineKernel<ResizeBilinearGradInputs, ResizeBilinearAttrs>(
    ResizeBilinearGrad,
    ({ g, inputs: { images, dy }, attrs }) =>
      spreadBack(g, dy, (axis) => {
        const resized = axisOf(images, { ...attrs, size: sizeOfImage(dy) }, axis);
        return bilinearWeights(g, neighbours(resized), resized.from);
      }),
  ),
  defineKernel<ResizeNearestNeighborGradInputs, ResizeNearestNeighborAttrs>(
    ResizeNearestNeighborGrad,
    ({ g, inputs: { images, dy }, attrs }) =>
      spreadBack(g, dy, (axis) => {
        const resized = axisOf(images, { ...attrs, size: sizeOfImage(dy) }, axis);
        return g.cast(isPixel(g, nearest(resized), resized.from), 'float32');
      }),
  ),
];

type Shape4D = [number, number, number, number];

const sizeOfImage = ({ shape }: Value) => shape.slice(1, 3) as [number, number];

const axisOf = (
  images: Value,
  { size, alignCorners, halfPixelCenters }: ResizeBilinearAttrs,
  axis: number,
): ResizedAxis => ({
  from: images.shape[axis]!,
  to: size[axis - 1]!,
  alignCorners,
  halfPixelCenters: halfPixelCenters ?? false,
});

const indexList = (g: Recorder, indices: Int32Array): Value =>
  g.constant(indices, { type: 'int32', shape: [indices.length] });

/** Takes pixels along an axis. */
function pick(g: Recorder, x: Value, { axis, places }: { axis: number; places: Int32Array }): Value {
  if (places.length === x.shape[axis] && places.every((place, i) => place === i)) return x;
  const shape = x.shape.with(axis, places.length);
  return g.op('Gather', [x, indexList(g, places)], { type: x.type, shape }, { axis });
}

/** Interpolates between pixels along an axis. */
function between(g: Recorder, x: Value, { axis, places }: { axis: number; places: Neighbours }): Value {
  const { lower, upper, fraction } = places;
  const start = pick(g, x, { axis, places: lower });
  if (fraction.every((part) => part === 0)) return start;
  const end = pick(g, x, { axis, places: upper });
  const shape = [1, 1, 1, 1].with(axis, fraction.length);
  const way = g.op('Mul', [g.op('Sub', [end, start], start), g.constant(fraction, { type: 'float32', shape })], start);
  return g.op('Add', [start, way], start);
}

/**
 * The gradient of an interpolation that is a matrix product along each axis: the products with the transposed matrices.
 *
 * @param g the recorder
 * @param dy gradient `[N, newH, newW, C]`
 * @param weights the matrix of an axis, `[new, old]`
 */
function spreadBack(g: Recorder, dy: Value, weights: (axis: number) => Value): Value {
  const [n, h, w, c] = dy.shape as Shape4D;
  const columns = weights(2);
  const rows = weights(1);
  const [oldH, oldW] = [rows.shape[1]!, columns.shape[1]!];
  const shape = [n, oldH, oldW, c];
  if (sizeOf(shape) === 0 || isEmpty(dy)) return g.filled(0, { type: 'float32', shape });
  const lines = g.reshape(dy, [n * h, w, c]);
  const narrowed = matMul(g, { a: columns, b: lines, transposeA: true }); // [N · newH, oldW, C]
  const planes = g.reshape(narrowed, [n, h, oldW * c]);
  return g.reshape(matMul(g, { a: rows, b: planes, transposeA: true }), shape);
}

/** The matrix of a bilinear interpolation along an axis, `[new, old]`. */
function bilinearWeights(g: Recorder, { lower, upper, fraction }: Neighbours, from: number): Value {
  const column = (values: Float32Array) => g.constant(values, { type: 'float32', shape: [values.length, 1] });
  const output = { type: 'float32', shape: [lower.length, from] } as const;
  const share = (indices: Int32Array, values: Float32Array) =>
    g.op('Where', [isPixel(g, indices, from), column(values), g.scalar(0, 'float32')], output);
  return g.op(
    'Add',
    [
      share(
        lower,
        fraction.map((part) => 1 - part),
      ),
      share(upper, fraction),
    ],
    output,
  );
}

/** Which of the old pixels each index is, `[indices, from]`. */
function isPixel(g: Recorder, indices: Int32Array, from: number): Value {
  const shape = [indices.length, from];
  const column = g.constant(indices, { type: 'int32', shape: [indices.length, 1] });
  return g.op('Equal', [column, range(g, from)], { type: 'bool', shape });
}
