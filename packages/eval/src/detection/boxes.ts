/** Left, top, right and bottom of a box, in shares of the picture's width and height (or any unit that all boxes have in common). */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** What was seen in a box of a frame. */
export interface TruthBox {
  /** Where. */
  readonly box: Box;
  /** The class. */
  readonly label: number;
  /** Finding it is neither right nor wrong, and missing it costs nothing. Default false. */
  readonly difficult?: boolean;
}

/** What a model says of a box of a frame. */
export interface DetectedBox {
  /** Where. */
  readonly box: Box;
  /** The class. */
  readonly label: number;
  /** How sure it is; any number that grows with it. */
  readonly score: number;
}

/** Boxes of each frame, by the frame's name; a frame without any has an empty list. */
export type Frames<T> = ReadonlyMap<string, readonly T[]>;

/** Whether a box has an inside: its left side is left of its right one, its top above its bottom. */
export function hasArea([x1, y1, x2, y2]: Box): boolean {
  return x1 < x2 && y1 < y2;
}

/** Area shared by two boxes over the area that they cover together, from 0 to 1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

function areaOf([x1, y1, x2, y2]: Box): number {
  return (x2 - x1) * (y2 - y1);
}
