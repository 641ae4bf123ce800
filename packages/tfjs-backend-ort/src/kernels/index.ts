import type { KernelConfig } from '@tensorflow/tfjs-core';
import { activations } from './activation-kernels.ts';
import { addN } from './add-n.ts';
import { argExtremes } from './arg-extreme.ts';
import { atan2 } from './atan2.ts';
import { batchMatMul } from './batch-mat-mul.ts';
import { binaries } from './binary.ts';
import { bitwiseAnd } from './bitwise-and.ts';
import { broadcastTo } from './broadcast-to.ts';
import { cast } from './cast.ts';
import { clipByValue } from './clip-by-value.ts';
import { comparisons } from './comparison.ts';
import { fourierTransforms } from './complex/fourier.ts';
import { complexParts } from './complex/parts.ts';
import { concat } from './concat.ts';
import { conv2d } from './conv-2d.ts';
import { conv3d } from './conv-3d.ts';
import { cropAndResize } from './crop-and-resize.ts';
import { cumulatives } from './cumulative.ts';
import { depthwiseConv2d } from './depthwise-conv-2d.ts';
import { diag } from './diag.ts';
import { dilation2d } from './dilation-2d.ts';
import { divisions } from './division.ts';
import { einsum } from './einsum.ts';
import { fill, onesLike, zerosLike } from './fill.ts';
import { finiteness } from './finiteness.ts';
import { fusedBatchNorm } from './fused-batch-norm.ts';
import { fusedMatMul } from './fused-mat-mul.ts';
import { gatherNd } from './gather-nd.ts';
import { gatherV2 } from './gather-v2.ts';
import { bincounts } from './host/bincount.ts';
import { broadcastArgs } from './host/broadcast-args.ts';
import { dilation2dGradients } from './host/dilation-2d-gradient.ts';
import { multinomial } from './host/multinomial.ts';
import { nonMaxSuppressions } from './host/non-max-suppression.ts';
import { searchSorted } from './host/search-sorted.ts';
import { sparseFillEmptyRows } from './host/sparse-fill-empty-rows.ts';
import { sparseReshape } from './host/sparse-reshape.ts';
import { sparseSegments } from './host/sparse-segment.ts';
import { staticRegexReplace } from './host/static-regex-replace.ts';
import { stringNGrams } from './host/string-n-grams.ts';
import { stringSplit } from './host/string-split.ts';
import { stringToHashBucketFast } from './host/string-to-hash-bucket-fast.ts';
import { unique } from './host/unique.ts';
import { identity } from './identity.ts';
import { logSoftmax } from './log-softmax.ts';
import { localResponseNormalisation } from './lrn.ts';
import { mirrorPad } from './mirror-pad.ts';
import { oneHot } from './one-hot.ts';
import { pack } from './pack.ts';
import { padV2 } from './pad-v2.ts';
import { pooling2d } from './pooling-2d.ts';
import { pooling3d } from './pooling-3d.ts';
import { reductions } from './reduction.ts';
import { expandDims, reshape } from './reshape.ts';
import { resizes } from './resize.ts';
import { reversals } from './reverse.ts';
import { rotateWithOffset } from './rotate-with-offset.ts';
import { scatters } from './scatter.ts';
import { select } from './select.ts';
import { sequences } from './sequence.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { blockMoves } from './space-batch.ts';
import { splitV } from './split-v.ts';
import { step } from './step.ts';
import { stridedSlice } from './strided-slice.ts';
import { tile } from './tile.ts';
import { topK } from './top-k.ts';
import { transform } from './transform.ts';
import { transpose } from './transpose.ts';
import { unaries } from './unary.ts';
import { unpack } from './unpack.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

/** Every kernel of the backend. */
export const kernels: readonly KernelConfig[] = [
  ...activations,
  addN,
  ...argExtremes,
  atan2,
  batchMatMul,
  ...binaries,
  bitwiseAnd,
  broadcastTo,
  cast,
  clipByValue,
  ...comparisons,
  ...fourierTransforms,
  ...complexParts,
  concat,
  ...conv2d,
  ...conv3d,
  cropAndResize,
  ...cumulatives,
  ...depthwiseConv2d,
  diag,
  dilation2d,
  ...divisions,
  einsum,
  fill,
  onesLike,
  zerosLike,
  ...finiteness,
  fusedBatchNorm,
  fusedMatMul,
  gatherNd,
  gatherV2,
  ...bincounts,
  broadcastArgs,
  ...dilation2dGradients,
  multinomial,
  ...nonMaxSuppressions,
  searchSorted,
  sparseFillEmptyRows,
  sparseReshape,
  ...sparseSegments,
  staticRegexReplace,
  stringNGrams,
  stringSplit,
  stringToHashBucketFast,
  unique,
  identity,
  logSoftmax,
  ...localResponseNormalisation,
  mirrorPad,
  oneHot,
  pack,
  padV2,
  ...pooling2d,
  ...pooling3d,
  ...reductions,
  expandDims,
  reshape,
  ...resizes,
  ...reversals,
  rotateWithOffset,
  ...scatters,
  select,
  ...sequences,
  slice,
  softmax,
  ...blockMoves,
  splitV,
  step,
  stridedSlice,
  tile,
  topK,
  transform,
  transpose,
  ...unaries,
  unpack,
  unsortedSegmentSum,
];
