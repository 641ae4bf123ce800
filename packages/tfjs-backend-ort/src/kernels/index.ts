import type { KernelConfig } from '@tensorflow/tfjs-core';
import { activations } from './activation-kernels.ts';
import { addN } from './add-n.ts';
import { argExtremes } from './arg-extreme.ts';
import { atan2 } from './atan2.ts';
import { batchMatMul } from './batch-mat-mul.ts';
import { binaries } from './binary.ts';
import { bitwiseAnd } from './bitwise-and.ts';
import { cast } from './cast.ts';
import { clipByValue } from './clip-by-value.ts';
import { comparisons } from './comparison.ts';
import { concat } from './concat.ts';
import { cumulatives } from './cumulative.ts';
import { divisions } from './division.ts';
import { einsum } from './einsum.ts';
import { fill, onesLike, zerosLike } from './fill.ts';
import { finiteness } from './finiteness.ts';
import { fusedMatMul } from './fused-mat-mul.ts';
import { gatherV2 } from './gather-v2.ts';
import { bincounts } from './host/bincount.ts';
import { multinomial } from './host/multinomial.ts';
import { searchSorted } from './host/search-sorted.ts';
import { sparseSegments } from './host/sparse-segment.ts';
import { identity } from './identity.ts';
import { logSoftmax } from './log-softmax.ts';
import { padV2 } from './pad-v2.ts';
import { reductions } from './reduction.ts';
import { expandDims, reshape } from './reshape.ts';
import { select } from './select.ts';
import { sequences } from './sequence.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { splitV } from './split-v.ts';
import { step } from './step.ts';
import { tile } from './tile.ts';
import { transpose } from './transpose.ts';
import { unaries } from './unary.ts';

/** Every kernel of the backend. */
export const kernels: readonly KernelConfig[] = [
  ...activations,
  addN,
  ...argExtremes,
  atan2,
  batchMatMul,
  ...binaries,
  bitwiseAnd,
  cast,
  clipByValue,
  ...comparisons,
  concat,
  ...cumulatives,
  ...divisions,
  einsum,
  fill,
  onesLike,
  zerosLike,
  ...finiteness,
  fusedMatMul,
  gatherV2,
  ...bincounts,
  multinomial,
  searchSorted,
  ...sparseSegments,
  identity,
  logSoftmax,
  padV2,
  ...reductions,
  expandDims,
  reshape,
  select,
  ...sequences,
  slice,
  softmax,
  splitV,
  step,
  tile,
  transpose,
  ...unaries,
];
