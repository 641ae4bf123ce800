import { ExpandDims, type ExpandDimsAttrs, Reshape, type ReshapeAttrs, util } from '@tensorflow/tfjs-core';
import { OrtBackendError } from '../errors.ts';
import { defineAlias } from './define-kernel.ts';

/** The same elements in another shape. */
export const reshape = defineAlias<ReshapeAttrs>(Reshape, (x, { shape }) =>
  util.inferFromImplicitShape(shape, util.sizeFromShape(x.shape)),
);

/** The same elements with one more axis, of length 1. */
export const expandDims = defineAlias<ExpandDimsAttrs>(ExpandDims, ({ shape }, { dim }) => {
  const axis = dim < 0 ? shape.length + dim + 1 : dim;
  if (axis < 0 || axis > shape.length) {
    throw new OrtBackendError(
      `expandDims: axis is ${dim} for shape [${shape}]; take one from ${-shape.length - 1} to ${shape.length}`,
    );
  }
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)];
});
