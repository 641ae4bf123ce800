/** A pattern on the plane: how much of its second colour it shows at a point, 0 to 1. Its period is about 1. */
export type Texture = (u: number, v: number) => number;

/** A soft step: edges about a seventh of a period wide, so that small pictures show no jagged lines. */
const soft = (value: number): number => Math.min(Math.max(0.5 + value * 3.5, 0), 1);

const wave = (t: number): number => Math.sin(2 * Math.PI * t) / 4;

/** Distance from the middle of the unit interval that `t` lies in. */
const toMiddle = (t: number): number => Math.abs(t - Math.floor(t) - 0.5);

const bricked: Texture = (u, v) => {
  const [along, up] = [0.7 * u, 1.2 * v];
  const shift = 0.5 * (Math.floor(up) % 2);
  return soft(Math.min(0.36 - toMiddle(up), 1.4 * (0.42 - toMiddle(along + shift))));
};

/** The textures of procedural pictures, by name. */
export const TEXTURES: Readonly<Record<string, Texture>> = {
  striped: (_, v) => soft(wave(v)),
  checked: (u, v) => soft(4 * wave(u / 1.4) * wave(v / 1.4)),
  barred: (u) => soft(wave(u)),
  dotted: (u, v) => soft(0.3 - Math.hypot(toMiddle(u), toMiddle(v))),
  zigzag: (u, v) => soft(wave(v + 1.2 * toMiddle(u / 2))),
  slanted: (u, v) => soft(wave((u + v) * Math.SQRT1_2)),
  latticed: (u, v) => soft(Math.max(toMiddle(u), toMiddle(v)) - 0.36),
  bricked,
  plain: () => 0,
  ringed: (u, v) => soft(wave(Math.hypot(u, v))),
  rayed: (u, v) => soft(wave((5 * Math.atan2(v, u)) / Math.PI)),
  argyle: (u, v) => soft(4 * wave((u + v) / 2.2) * wave((u - v) / 2.2)),
};
