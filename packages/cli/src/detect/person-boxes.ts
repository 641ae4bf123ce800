import type { Rng } from '@masked-distill/base';
import type { Box } from '@masked-distill/eval';

/** Somebody in a frame, and what is done. */
export interface PersonBox {
  /** Where. */
  readonly box: Box;
  /** What: places in the list of classes, ascending; may be none. */
  readonly actions: readonly number[];
}

/** How far a side may move outwards and inwards, in widths and heights of the box, as VideoMAE's code for AVA draws it. */
const JITTER = { x: { out: 0.2, in: 0.1 }, y: { out: 0.1, in: 0.05 } } as const;

/** How far each side is moved outwards in judging, in the same code. */
const MARGIN = { x: 0.1, y: 0.05 } as const;

/** Moves each side of a box by an amount of its own; what leaves the picture is cut off. */
export function jitterBox(box: Box, rng: Rng): Box {
  const amount = ({ out, in: inwards }: { out: number; in: number }) => out - (out + inwards) * rng.uniform();
  return moveSides(box, [amount(JITTER.x), amount(JITTER.y), amount(JITTER.x), amount(JITTER.y)]);
}

/** Moves all sides of a box a little outwards, for what surrounds it; what leaves the picture is cut off. */
export const widenBox = (box: Box): Box => moveSides(box, [MARGIN.x, MARGIN.y, MARGIN.x, MARGIN.y]);

/** The box in the mirror image. */
export const mirrorBox = ([x1, y1, x2, y2]: Box): Box => [1 - x2, y1, 1 - x1, y2];

/** The part of a box that lies in the picture. */
export const clipBox = (box: Box): Box => moveSides(box, [0, 0, 0, 0]);

function moveSides([x1, y1, x2, y2]: Box, outwards: readonly [number, number, number, number]): Box {
  const [width, height] = [x2 - x1, y2 - y1];
  const [left, top, right, bottom] = outwards;
  const within = (value: number) => Math.min(1, Math.max(0, value));
  return [
    within(x1 - left * width),
    within(y1 - top * height),
    within(x2 + right * width),
    within(y2 + bottom * height),
  ];
}
