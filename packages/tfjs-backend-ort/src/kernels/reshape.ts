import { ExpandDims, type ExpandDimsAttrs, Reshape, type ReshapeAttrs, util } from '@tensorflow/tfjs-core';
import { defineAlias } from './define-kernel.ts';

export const reshape = defineAlias<ReshapeAttrs>(Reshape, (x, { shape }) =>
  util.inferFromImplicitShape(shape, util.sizeFromShape(x.shape)),
);

export const expandDims = defineAlias<ExpandDimsAttrs>(ExpandDims, ({ shape }, { dim }) => {
  const axis = dim < 0 ? shape.length + dim + 1 : dim;
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)];
});
