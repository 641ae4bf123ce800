import type { KernelConfig } from '@tensorflow/tfjs-core';
import { addN } from './add-n.ts';
import { batchMatMul } from './batch-mat-mul.ts';
import { binaries } from './binary.ts';
import { cast } from './cast.ts';
import { comparisons } from './comparison.ts';
import { concat } from './concat.ts';
import { fill, onesLike, zerosLike } from './fill.ts';
import { gatherV2 } from './gather-v2.ts';
import { identity } from './identity.ts';
import { neg } from './neg.ts';
import { padV2 } from './pad-v2.ts';
import { reductions } from './reduction.ts';
import { expandDims, reshape } from './reshape.ts';
import { select } from './select.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { splitV } from './split-v.ts';
import { tile } from './tile.ts';
import { transpose } from './transpose.ts';
import { unaries } from './unary.ts';

/** Every kernel of the backend. */
export const kernels: readonly KernelConfig[] = [
  addN,
  batchMatMul,
  ...binaries,
  cast,
  ...comparisons,
  concat,
  fill,
  onesLike,
  zerosLike,
  gatherV2,
  identity,
  neg,
  padV2,
  ...reductions,
  expandDims,
  reshape,
  select,
  slice,
  softmax,
  splitV,
  tile,
  transpose,
  ...unaries,
];
