/** The outline of an object: the distance to it from a point, negative inside, for an object that reaches about 1 from its middle. */
export type Outline = (x: number, y: number) => number;

const regularPolygon = (corners: number): Outline => {
  const sector = (2 * Math.PI) / corners;
  const inner = Math.cos(sector / 2);
  return (x, y) => {
    const angle = Math.atan2(y, x);
    const fromCorner = angle - sector * Math.round(angle / sector);
    return Math.hypot(x, y) * Math.cos(Math.abs(fromCorner) - sector / 2) - inner;
  };
};

const star = (points: number, depth: number): Outline => {
  const sector = Math.PI / points;
  // The edge from an outer corner (1, 0) to the next inner one.
  const [innerX, innerY] = [depth * Math.cos(sector), depth * Math.sin(sector)];
  const length = Math.hypot(1 - innerX, innerY);
  return (x, y) => {
    const angle = Math.atan2(y, x);
    const folded = Math.abs(angle - 2 * sector * Math.round(angle / (2 * sector)));
    const radius = Math.hypot(x, y);
    const [px, py] = [radius * Math.cos(folded), radius * Math.sin(folded)];
    return (innerY * (px - 1) + (1 - innerX) * py) / length;
  };
};

/** The shapes of procedural pictures, by name. */
export const SHAPES: Readonly<Record<string, Outline>> = {
  disc: (x, y) => Math.hypot(x, y) - 0.9,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.8,
  triangle: regularPolygon(3),
  cross: (x, y) => {
    const [far, near] = [Math.max(Math.abs(x), Math.abs(y)), Math.min(Math.abs(x), Math.abs(y))];
    return Math.max(far - 0.95, near - 0.38);
  },
  star: star(5, 0.42),
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.68) - 0.27,
  crescent: (x, y) => Math.max(Math.hypot(x, y) - 0.92, 0.66 - Math.hypot(x - 0.5, y)),
  frame: (x, y) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - 0.6) - 0.24,
  hourglass: (x, y) => Math.max(Math.abs(y) - 0.88, (Math.abs(x) - Math.abs(y) - 0.06) * Math.SQRT1_2),
  bar: (x, y) => Math.max(Math.abs(x) - 1.05, Math.abs(y) - 0.42),
  tee: (x, y) => Math.max(Math.min(Math.abs(x) - 0.3, y + 0.3), Math.abs(x) - 0.85, Math.abs(y) - 0.85),
  dome: (x, y) => Math.max(Math.hypot(x, y - 0.4) - 1, y - 0.4),
};
