/** A pattern on the plane: how much of its second colour it shows at a point, 0 to 1. Its period is 1. */
export type Texture = (u: number, v: number) => number;

/** A soft step: edges about a seventh of a period wide, so that small pictures show no jagged lines. */
const soft = (value: number): number => Math.min(Math.max(0.5 + value * 3.5, 0), 1);

const wave = (t: number): number => Math.sin(2 * Math.PI * t) / 4;

/** Distance from a point to the middle of its unit cell. */
const toCellMiddle = (u: number, v: number): number => Math.hypot(u - Math.floor(u) - 0.5, v - Math.floor(v) - 0.5);

/** The textures of procedural pictures, by name. */
export const TEXTURES: Readonly<Record<string, Texture>> = {
  striped: (u) => soft(wave(u)),
  checked: (u, v) => soft(4 * wave(u / 1.4) * wave(v / 1.4)),
  dotted: (u, v) => soft(0.3 - toCellMiddle(u, v)),
  plain: () => 0,
};
