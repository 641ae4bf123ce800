import type { Clip } from '../../src/index.ts';

type Field = Float64Array;

/** Sums over squares of 7 by 7 pixels about every pixel, by running sums. */
function boxSums(values: Field, { width, height }: Clip): Field {
  const rows = runningSums(values, { length: width, step: 1, lines: height, lineStep: width });
  return runningSums(rows, { length: height, step: width, lines: width, lineStep: 1 });
}

function runningSums(input: Field, axis: { length: number; step: number; lines: number; lineStep: number }): Field {
  const { length, step, lines, lineStep } = axis;
  const reach = 3;
  const out = new Float64Array(input.length);
  for (let line = 0; line < lines; line++) {
    let sum = 0;
    for (let i = -reach; i < length; i++) {
      if (i + reach < length) sum += input[line * lineStep + (i + reach) * step]!;
      if (i - reach > 0) sum -= input[line * lineStep + (i - reach - 1) * step]!;
      if (i >= 0) out[line * lineStep + i * step] = sum;
    }
  }
  return out;
}

function greyOf(clip: Clip, frame: number): Field {
  const pixels = clip.width * clip.height;
  const at = frame * pixels * 3;
  const { data } = clip;
  return Float64Array.from({ length: pixels }, (_, i) => {
    const first = at + 3 * i;
    return (data[first]! + data[first + 1]! + data[first + 2]!) / 3;
  });
}

/** Mean velocity, turning and growth of what moves from one frame to the next, by optical flow (Lucas and Kanade, 1981). */
function flowBetween(from: Field, to: Field, clip: Clip) {
  const { width, height } = clip;
  const field = () => new Float64Array(from.length);
  const [xx, xy, yy, xt, yt, tt] = [field(), field(), field(), field(), field(), field()];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const gx = (from[i + 1]! - from[i - 1]! + to[i + 1]! - to[i - 1]!) / 4;
      const gy = (from[i + width]! - from[i - width]! + to[i + width]! - to[i - width]!) / 4;
      const gt = to[i]! - from[i]!;
      [xx[i], xy[i], yy[i], xt[i], yt[i], tt[i]] = [gx * gx, gx * gy, gy * gy, gx * gt, gy * gt, gt * gt];
    }
  }
  const [sxx, sxy, syy, sxt, syt, weight] = [xx, xy, yy, xt, yt, tt].map((values) => boxSums(values, clip)) as Field[];
  const [u, v] = [field(), field()];
  for (let i = 0; i < u.length; i++) {
    const [a, b, c] = [sxx![i]! + 500, sxy![i]!, syy![i]! + 500];
    const determinant = a * c - b * b;
    u[i] = (b * syt![i]! - c * sxt![i]!) / determinant;
    v[i] = (b * sxt![i]! - a * syt![i]!) / determinant;
  }
  const sums = { right: 0, down: 0, turn: 0, growth: 0, weight: 1e-9 };
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const w = weight![i]!;
      sums.weight += w;
      sums.right += w * u[i]!;
      sums.down += w * v[i]!;
      sums.turn += (w * (v[i + 1]! - v[i - 1]! - u[i + width]! + u[i - width]!)) / 2;
      sums.growth += (w * (u[i + 1]! - u[i - 1]! + v[i + width]! - v[i - width]!)) / 2;
    }
  }
  const { right, down, turn, growth } = sums;
  return {
    right: right / sums.weight,
    down: down / sums.weight,
    turn: turn / sums.weight,
    growth: growth / sums.weight,
  };
}

/** What the flow of a clip, its frames put in an order, says of its motion, in a few numbers. */
export function motionFeatures(clip: Clip, order: ArrayLike<number>): number[] {
  const greys = Array.from(order, (frame) => greyOf(clip, frame));
  const flows = greys.slice(1).map((grey, i) => flowBetween(greys[i]!, grey, clip));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [right, down, turn, growth] = (['right', 'down', 'turn', 'growth'] as const).map((name) =>
    flows.map((flow) => flow[name]),
  ) as [number[], number[], number[], number[]];
  const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  const veer = mean(right.slice(1).map((next, i) => right[i]! * down[i + 1]! - next * down[i]!));
  return [
    mean(right),
    mean(down),
    mean(turn),
    mean(growth),
    Math.sign(veer) * Math.sqrt(Math.abs(veer)),
    spread(right),
    spread(down),
    spread(turn),
    spread(growth),
  ];
}
