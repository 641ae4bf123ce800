import type { TokenGrid } from '@masked-distill/masking';

/** Options of {@link resizePositions}. */
export interface ResizePositionsOptions {
  /** Grid of the table. */
  from: TokenGrid;
  /** Grid that is wanted. */
  to: TokenGrid;
  /** Channels, D. */
  width: number;
  /** Rows that stand before the grid's and are kept as they are. Default 0. */
  prefixTokens?: number;
}

/** Keys' cubic kernel as PyTorch has it; other programs take −0.5. */
const CUBIC_A = -0.75;

/** For one place of the result: the places it is mixed from, with their shares. */
type Taps = readonly (readonly [place: number, share: number])[];

/**
 * Interpolates a position table for another grid: rows and columns bicubically, as MAE and BEiT do for fine-tuning
 * (`F.interpolate(mode='bicubic', align_corners=False)`: a = −0.75, edges repeated, no antialiasing), then time linearly
 * (`mode='linear', align_corners=False`).
 *
 * @param table `[prefix + t·h·w, D]`, row-major
 * @returns `[prefix + t'·h'·w', D]`
 */
export function resizePositions(
  table: Float32Array,
  { from, to, width, prefixTokens = 0 }: ResizePositionsOptions,
): Float32Array {
  let values: Float64Array<ArrayBufferLike> = Float64Array.from(table.subarray(prefixTokens * width));
  const shape = [from.t, from.h, from.w, width];
  const axes = [
    [2, to.w, cubicTaps],
    [1, to.h, cubicTaps],
    [0, to.t, linearTaps],
  ] as const;
  for (const [axis, size, taps] of axes) {
    if (shape[axis] === size) continue;
    values = resizeAxis(values, { shape, axis, size, taps });
    shape[axis] = size;
  }
  const result = new Float32Array(prefixTokens * width + values.length);
  result.set(table.subarray(0, prefixTokens * width));
  result.set(values, prefixTokens * width);
  return result;
}

function resizeAxis(
  values: Float64Array,
  { shape, axis, size, taps }: { shape: readonly number[]; axis: number; size: number; taps: typeof linearTaps },
): Float64Array {
  const extent = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = values.length / (extent * inner);
  const result = new Float64Array(outer * size * inner);
  for (let place = 0; place < size; place++) {
    // Half a place in from the edge, on both scales.
    const centre = ((place + 0.5) * extent) / size - 0.5;
    for (const [source, share] of taps(centre, extent - 1)) {
      for (let o = 0; o < outer; o++) {
        const [target, start] = [(o * size + place) * inner, (o * extent + source) * inner];
        for (let i = 0; i < inner; i++) result[target + i]! += share * values[start + i]!;
      }
    }
  }
  return result;
}

function linearTaps(centre: number, last: number): Taps {
  const from = Math.max(centre, 0);
  const low = Math.floor(from);
  return [
    [low, 1 - (from - low)],
    [Math.min(low + 1, last), from - low],
  ];
}

function cubicTaps(centre: number, last: number): Taps {
  const low = Math.floor(centre);
  return [-1, 0, 1, 2].map((step) => {
    const place = Math.min(Math.max(low + step, 0), last);
    return [place, cubic(Math.abs(centre - (low + step)))] as const;
  });
}

/** Keys 1981, equation 4. */
function cubic(x: number): number {
  if (x <= 1) return ((CUBIC_A + 2) * x - (CUBIC_A + 3)) * x * x + 1;
  return ((x - 5) * x + 8) * x * CUBIC_A - 4 * CUBIC_A;
}
