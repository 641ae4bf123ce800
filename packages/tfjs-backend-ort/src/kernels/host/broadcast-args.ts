import { BroadcastArgs, type BroadcastArgsInputs, backend_util } from '@tensorflow/tfjs-core';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf } from './host-kernel.ts';

/** The shape that two shapes broadcast to. */
export const broadcastArgs = defineKernel<BroadcastArgsInputs, object>(
  BroadcastArgs,
  ({ inputs: { s0, s1 }, backend }) => {
    const [a, b] = numbersOf(backend, [s0, s1]);
    const shape = backend_util.assertAndGetBroadcastShape([...a], [...b]);
    return fromHost(backend, Int32Array.from(shape), { type: 'int32', shape: [shape.length] });
  },
);
