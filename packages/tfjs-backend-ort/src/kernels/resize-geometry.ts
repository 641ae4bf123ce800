/** How tfjs places the new pixels of an axis among the old ones. */
export interface ResizeOptions {
  /** Whether the first and last pixels of both stay on each other. */
  alignCorners: boolean;
  /** Whether a pixel's place is its centre. */
  halfPixelCenters: boolean;
}

/** An axis that is resized. */
export interface ResizedAxis extends ResizeOptions {
  /** Old length. */
  from: number;
  /** New length. */
  to: number;
}

/** For each new pixel of an axis the two old ones it lies between, and how far from the lower. */
export interface Neighbours {
  /** Old pixel at or before each new one. */
  lower: Int32Array;
  /** Old pixel at or behind it. */
  upper: Int32Array;
  /** Distance from the lower one, in old pixels. */
  fraction: Float32Array;
}

/** Where the new pixels lie between the old ones, for bilinear interpolation. Worked out in double precision, as tfjs does. */
export function neighbours(axis: ResizedAxis): Neighbours {
  const { from, to, halfPixelCenters } = axis;
  const places = Array.from({ length: to }, (_, i) =>
    halfPixelCenters ? scaleOf(axis) * (i + 0.5) - 0.5 : scaleOf(axis) * i,
  );
  const lower = Int32Array.from(places, (place) => Math.max(0, Math.floor(place)));
  const upper = Int32Array.from(places, (place) => Math.max(0, Math.min(from - 1, Math.ceil(place))));
  return { lower, upper, fraction: Float32Array.from(places, (place, i) => place - lower[i]!) };
}

/** The old pixel that each new one takes its value from. */
export function nearest(axis: ResizedAxis): Int32Array {
  const { from, to, alignCorners, halfPixelCenters } = axis;
  return Int32Array.from({ length: to }, (_, i) => {
    const place = scaleOf(axis) * (halfPixelCenters ? i + 0.5 : i);
    return Math.min(from - 1, alignCorners ? Math.round(place) : Math.floor(place));
  });
}

const scaleOf = ({ from, to, alignCorners }: ResizedAxis) =>
  alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
