import {
  type KernelConfig,
  kernel_impls,
  NonMaxSuppressionV3,
  type NonMaxSuppressionV3Attrs,
  type NonMaxSuppressionV3Inputs,
  NonMaxSuppressionV4,
  type NonMaxSuppressionV4Attrs,
  type NonMaxSuppressionV4Inputs,
  NonMaxSuppressionV5,
  type NonMaxSuppressionV5Attrs,
  type NonMaxSuppressionV5Inputs,
} from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import type { HostArray } from '../../element-types.ts';
import type { Value } from '../../graph/value.ts';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf } from './host-kernel.ts';

/** The choice of boxes that don't overlap, by tfjs-core's own implementation; how many there are depends on the elements. */
export const nonMaxSuppressions: readonly KernelConfig[] = [
  defineKernel<NonMaxSuppressionV3Inputs, NonMaxSuppressionV3Attrs>(
    NonMaxSuppressionV3,
    ({ inputs: { boxes, scores }, attrs: { maxOutputSize, iouThreshold, scoreThreshold }, backend }) => {
      const { selectedIndices } = kernel_impls.nonMaxSuppressionV3Impl(
        ...numbersOf(backend, [boxes, scores]),
        maxOutputSize,
        iouThreshold,
        scoreThreshold,
      );
      return list(backend, Int32Array.from(selectedIndices));
    },
  ),
  defineKernel<NonMaxSuppressionV4Inputs, NonMaxSuppressionV4Attrs>(
    NonMaxSuppressionV4,
    ({ inputs: { boxes, scores }, attrs, backend }) => {
      const { selectedIndices, validOutputs } = kernel_impls.nonMaxSuppressionV4Impl(
        ...numbersOf(backend, [boxes, scores]),
        attrs.maxOutputSize,
        attrs.iouThreshold,
        attrs.scoreThreshold,
        attrs.padToMaxOutputSize,
      );
      const count = fromHost(backend, Int32Array.of(validOutputs!), { type: 'int32', shape: [] });
      return [list(backend, Int32Array.from(selectedIndices)), count];
    },
  ),
  defineKernel<NonMaxSuppressionV5Inputs, NonMaxSuppressionV5Attrs>(
    NonMaxSuppressionV5,
    ({ inputs: { boxes, scores }, attrs, backend }) => {
      const { selectedIndices, selectedScores } = kernel_impls.nonMaxSuppressionV5Impl(
        ...numbersOf(backend, [boxes, scores]),
        attrs.maxOutputSize,
        attrs.iouThreshold,
        attrs.scoreThreshold,
        attrs.softNmsSigma,
      );
      return [list(backend, Int32Array.from(selectedIndices)), list(backend, Float32Array.from(selectedScores!))];
    },
  ),
];

const list = (backend: OrtBackend, array: HostArray): Value =>
  fromHost(backend, array, { type: array instanceof Float32Array ? 'float32' : 'int32', shape: [array.length] });
