import {
  backend_util,
  RotateWithOffset,
  type RotateWithOffsetAttrs,
  type RotateWithOffsetInputs,
} from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';
import { fromHost } from './host/host-kernel.ts';

/** Which pixel each reads is worked out on the host, in double precision: rotations often end halfway between two. */
export const rotateWithOffset = defineKernel<RotateWithOffsetInputs, RotateWithOffsetAttrs>(
  RotateWithOffset,
  ({ g, inputs: { image }, attrs: { radians, fillValue, center }, backend }) => {
    if (isEmpty(image)) return image;
    const [n, height, width, c] = image.shape as [number, number, number, number];
    const [centerX, centerY] = backend_util.getImageCenter(center, height, width);
    const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
    const count = height * width;
    const places = Int32Array.from({ length: count }, (_, i) => {
      const [dx, dy] = [(i % width) - centerX, Math.floor(i / width) - centerY];
      const x = Math.round(dx * cos - dy * sin + centerX);
      const y = Math.round(dx * sin + dy * cos + centerY);
      return x >= 0 && x < width && y >= 0 && y < height ? y * width + x : count; // behind the last pixel: the fill value
    });
    const fill = Array.from({ length: c }, (_, channel) =>
      typeof fillValue === 'number' ? fillValue : channel === 3 ? OPAQUE : fillValue[channel]!,
    );
    const isFloat = image.type === 'float32';
    const filling = g.constant(isFloat ? Float32Array.from(fill) : Int32Array.from(fill), {
      type: isFloat ? 'float32' : 'int32',
      shape: [c],
    });
    const border = g.op('Expand', [g.cast(filling, image.type), g.int64([n, 1, c])], {
      type: image.type,
      shape: [n, 1, c],
    });
    const pixels = g.reshape(image, [n, count, c]);
    const all = g.op('Concat', [pixels, border], { type: image.type, shape: [n, count + 1, c] }, { axis: 1 });
    const index = fromHost(backend, places, { type: 'int32', shape: [count] });
    return g.reshape(g.op('Gather', [all, index], pixels, { axis: 1 }), image.shape);
  },
);

/** What the alpha channel is filled with. */
const OPAQUE = 255;
