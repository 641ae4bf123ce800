import { InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link roiAlignWeights}. */
export interface RoiAlignOptions {
  /** Cells of the feature map. */
  map: {
    /** Rows. */ readonly h: number;
    /** Columns. */ readonly w: number;
  };
  /** Bins along each side of a box, P. Default 7. */
  bins?: number;
  /** Points along each side of a bin. Default 'auto': as many as cells fit into a bin's side, rounded up. */
  samplingRatio?: number | 'auto';
  /**
   * Whether a cell's value stands at its middle. Otherwise at its top left corner, and no box is smaller than a cell: so it was before
   * Detectron2, and so VideoMAE's detection code calls it. Default true.
   */
  aligned?: boolean;
}

/**
 * RoI-align (He et al. 2017) as matrices: bilinear interpolation at the points of each bin, and their mean, is a weighted sum of cells that
 * depends on the boxes alone. Same numbers as torchvision's `roi_align`; a box without extent gives zeros.
 *
 * @param boxes `[R, 4]`, row-major: left, top, right and bottom in shares of the picture's width and height
 * @returns `[R, P², h·w]`, row-major: what {@link roiAlign} multiplies the map with
 * @throws InputError when the boxes do not make rows of four
 */
export function roiAlignWeights(
  boxes: Float32Array,
  { map, bins = 7, samplingRatio = 'auto', aligned = true }: RoiAlignOptions,
): Float32Array {
  if (boxes.length % 4 !== 0) throw new InputError(`roiAlign: ${boxes.length} numbers do not make boxes of four`);
  const cells = map.h * map.w;
  const weights = new Float32Array((boxes.length / 4) * bins * bins * cells);
  for (let box = 0; box < boxes.length / 4; box++) {
    const [left, top, right, bottom] = boxes.subarray(4 * box, 4 * box + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const rows = axisWeights([top, bottom], { cells: map.h, bins, samplingRatio, aligned });
    const columns = axisWeights([left, right], { cells: map.w, bins, samplingRatio, aligned });
    for (let bin = 0; bin < bins * bins; bin++) {
      const own = weights.subarray((box * bins * bins + bin) * cells);
      const [row, column] = [Math.floor(bin / bins) * map.h, (bin % bins) * map.w];
      for (let y = 0; y < map.h; y++) {
        const factor = rows[row + y]!;
        if (factor === 0) continue;
        for (let x = 0; x < map.w; x++) own[y * map.w + x] = factor * columns[column + x]!;
      }
    }
  }
  return weights;
}

/**
 * Cuts boxes out of feature maps, each into P×P bins. Gradients flow into the maps, by a product with the same matrices.
 *
 * @param maps `[B, h·w, D]`
 * @param weights `[B, R·P², h·w]` of {@link roiAlignWeights}: R boxes of each map
 * @returns `[B, R·P², D]`
 */
export function roiAlign(maps: tf.Tensor3D, weights: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(weights, maps);
}

/** A box of whole cells, as float32 shares have it, must not count as one that reaches a little into the next. */
const ROUNDING = 1e-4;

interface Axis extends Required<Omit<RoiAlignOptions, 'map'>> {
  readonly cells: number;
}

/** `[bins, cells]`: the mean weight of each cell in the points of each bin. */
function axisWeights(
  [from, to]: readonly [number, number],
  { cells, bins, samplingRatio, aligned }: Axis,
): Float64Array {
  const start = from * cells - (aligned ? 0.5 : 0);
  const extent = aligned ? (to - from) * cells : Math.max((to - from) * cells, 1);
  const points = samplingRatio === 'auto' ? Math.max(1, Math.ceil(extent / bins - ROUNDING)) : samplingRatio;
  const weights = new Float64Array(bins * cells);
  if (!(extent > 0)) return weights;
  for (let point = 0; point < bins * points; point++) {
    const at = start + ((point + 0.5) * extent) / (bins * points);
    if (at < -1 || at > cells) continue;
    const bin = Math.floor(point / points) * cells;
    const low = Math.min(Math.floor(Math.max(at, 0)), cells - 1);
    const high = Math.min(low + 1, cells - 1);
    const share = Math.min(Math.max(at, 0), cells - 1) - low;
    weights[bin + low]! += (1 - share) / points;
    weights[bin + high]! += share / points;
  }
  return weights;
}
