import { LogSoftmax, type LogSoftmaxAttrs, type LogSoftmaxInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';

/** The logarithm of softmax along an axis. */
export const logSoftmax = defineKernel<LogSoftmaxInputs, LogSoftmaxAttrs>(
  LogSoftmax,
  ({ g, inputs: { logits }, attrs: { axis } }) => g.op('LogSoftmax', [logits], logits, { axis }),
);
