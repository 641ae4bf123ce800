import { Tile, type TileAttrs, type TileInputs } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';

/** A tensor repeated along its axes. */
export const tile = withStrings(
  defineKernel<TileInputs, TileAttrs>(Tile, ({ g, inputs: { x }, attrs: { reps } }) => {
    const output = { type: x.type, shape: x.shape.map((length, i) => length * reps[i]!) };
    if (reps.every((times) => times === 1)) return x;
    if (isEmpty(output)) return g.filled(0, output);
    return g.op('Tile', [x, g.int64(reps)], output);
  }),
);
