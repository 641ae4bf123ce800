import { InputError } from '@masked-distill/base';
import type { Rgb, RgbImage } from '../image.ts';
import { createImage, drawPolyline, fillBox, type Point } from './canvas.ts';
import { drawText, measureText } from './draw-text.ts';
import { linearTicks, logTicks, type Ticks } from './ticks.ts';

/** A curve of a chart. */
export interface ChartSeries {
  /** What the legend calls it. */
  readonly name: string;
  /** Along the horizontal axis. */
  readonly x: ArrayLike<number>;
  /** As many values; one that isn't finite (or, on a logarithmic axis, above 0) leaves a gap. */
  readonly y: ArrayLike<number>;
  /** Its colour; default the next of a palette that colour-blind people can tell apart. */
  readonly colour?: Rgb;
}

/** A chart of one or more curves. */
export interface LineChartOptions {
  /** Its curves; later ones are drawn over earlier ones. */
  readonly series: readonly ChartSeries[];
  /** Above it. */
  readonly title?: string;
  /** Below the horizontal axis. */
  readonly xLabel?: string;
  /** Beside the vertical axis. */
  readonly yLabel?: string;
  /** In pixels; default 880. */
  readonly width?: number;
  /** In pixels; default 500. */
  readonly height?: number;
  /** Whether the vertical axis is logarithmic. */
  readonly logY?: boolean;
}

/** Paul Tol's bright scheme, darkest first. */
const PALETTE: readonly Rgb[] = [
  [68, 119, 170],
  [238, 102, 119],
  [34, 136, 51],
  [204, 187, 68],
  [170, 51, 119],
  [102, 204, 238],
];
const AXIS: Rgb = [140, 146, 158];
const GRID: Rgb = [229, 231, 236];
const QUIET: Rgb = [92, 98, 110];

/** Where values fall in the picture. */
interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xTicks: Ticks;
  readonly yTicks: Ticks;
  readonly toX: (value: number) => number;
  readonly toY: (value: number) => number;
}

/**
 * Draws curves over labelled axes, with marks at round numbers and a legend where there is more than one curve.
 *
 * @throws InputError when no point can be drawn, or a series has more x than y
 *
 * @example
 * ```ts
 * const chart = renderLineChart({ title: 'loss', xLabel: 'step', series: [{ name: 'train', x: [0, 1, 2], y: [1, 0.5, 0.4] }] });
 * ```
 */
export function renderLineChart(options: LineChartOptions): RgbImage {
  const { width = 880, height = 500, title = '', series } = options;
  const image = createImage(width, height);
  const frame = layOut(options, { width, height });
  drawAxes(image, frame, options);
  const lines: (readonly Point[])[] = [];
  for (const [i, one] of series.entries()) {
    for (const run of visibleRuns(one, options.logY === true)) {
      const points = run.map(([x, y]): Point => [frame.toX(x), frame.toY(y)]);
      lines.push(points);
      drawPolyline(image, points.length > 1 ? points : [points[0]!, points[0]!], {
        colour: colourOf(one, i),
        width: 2,
      });
    }
  }
  drawText(image, title, { x: frame.left, y: 20, size: 13, weight: 0.16 });
  if (series.length > 1) drawLegend(image, series, { frame, lines });
  return image;
}

const colourOf = (series: ChartSeries, index: number): Rgb => series.colour ?? PALETTE[index % PALETTE.length]!;

/** The stretches of a series that can be drawn. */
function visibleRuns(series: ChartSeries, isLog: boolean): Point[][] {
  if (series.x.length !== series.y.length) {
    throw new InputError(`renderLineChart: ${series.name} has ${series.x.length} x and ${series.y.length} y values`);
  }
  const runs: Point[][] = [];
  let isOpen = false;
  for (let i = 0; i < series.x.length; i++) {
    const [x, y] = [series.x[i]!, series.y[i]!];
    const isVisible = Number.isFinite(x) && Number.isFinite(y) && (!isLog || y > 0);
    if (isVisible && !isOpen) runs.push([]);
    if (isVisible) runs.at(-1)!.push([x, y]);
    isOpen = isVisible;
  }
  return runs;
}

function layOut(options: LineChartOptions, size: { width: number; height: number }): Frame {
  const { series, title, xLabel, yLabel, logY = false } = options;
  const [xRange, yRange] = [emptyRange(), emptyRange()];
  for (const [x, y] of series.flatMap((one) => visibleRuns(one, logY).flat())) {
    widen(xRange, x);
    widen(yRange, y);
  }
  if (xRange.high < xRange.low) throw new InputError('renderLineChart: there is no finite point to draw');
  const xTicks = linearTicks(xRange.low, xRange.high, Math.max(2, size.width / 110));
  const yTicks = logY
    ? logTicks(yRange.low, yRange.high)
    : linearTicks(yRange.low, yRange.high, Math.max(2, size.height / 75));
  const labelWidth = Math.max(...yTicks.labels.map((label) => measureText(label)));
  const left = Math.ceil(22 + (yLabel ? 22 : 0) + labelWidth + 8);
  const right = size.width - 28;
  const top = title ? 52 : 24;
  const bottom = size.height - (xLabel ? 58 : 36);
  // Curves use the whole width; their values' marks need not.
  const [firstX, lastX] = xRange.high > xRange.low ? [xRange.low, xRange.high] : [xRange.low - 1, xRange.low + 1];
  const onAxis = logY ? Math.log : (value: number) => value;
  const [firstY, lastY] = [onAxis(yTicks.values[0]!), onAxis(yTicks.values.at(-1)!)];
  return {
    left,
    right,
    top,
    bottom,
    xTicks,
    yTicks,
    toX: (value) => left + ((right - left) * (value - firstX)) / (lastX - firstX),
    toY: (value) => bottom - ((bottom - top) * (onAxis(value) - firstY)) / (lastY - firstY),
  };
}

const emptyRange = () => ({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY });

function widen(range: { low: number; high: number }, value: number): void {
  range.low = Math.min(range.low, value);
  range.high = Math.max(range.high, value);
}

function drawAxes(image: RgbImage, frame: Frame, options: LineChartOptions): void {
  const { left, right, top, bottom, xTicks, yTicks, toX, toY } = frame;
  for (const [i, value] of yTicks.values.entries()) {
    const y = Math.round(toY(value));
    fillBox(image, { left, top: y, width: right - left, height: 1 }, GRID);
    drawText(image, yTicks.labels[i]!, { x: left - 8, y: y - 4, colour: QUIET, align: 'right' });
  }
  fillBox(image, { left, top: bottom, width: right - left, height: 1 }, AXIS);
  for (const [i, value] of xTicks.values.entries()) {
    const x = Math.round(toX(value));
    if (x < left || x > right) continue;
    fillBox(image, { left: x, top: bottom, width: 1, height: 5 }, AXIS);
    drawText(image, xTicks.labels[i]!, { x: x + 0.5, y: bottom + 11, colour: QUIET, align: 'middle' });
  }
  const { xLabel = '', yLabel = '' } = options;
  drawText(image, xLabel, { x: (left + right) / 2, y: bottom + 34, size: 10, align: 'middle' });
  drawText(image, yLabel, { x: 18, y: (top + bottom) / 2, size: 10, align: 'middle', isUpright: true });
}

/** A line's points, and others between them every few pixels, so that none is far from the next. */
function alongLine(points: readonly Point[]): Point[] {
  return points.flatMap(([x, y], i) => {
    const [nextX, nextY] = points[i + 1] ?? [x, y];
    const parts = Math.max(1, Math.ceil(Math.hypot(nextX - x, nextY - y) / 4));
    return Array.from({ length: parts }, (_, part): Point => {
      const share = part / parts;
      return [x + share * (nextX - x), y + share * (nextY - y)];
    });
  });
}

/**
 * Names on white at the right edge, where they hide least of the curves: in the upper corner if nowhere less, since losses fall to the right;
 * then in the lower one, then between.
 */
function drawLegend(
  image: RgbImage,
  series: readonly ChartSeries[],
  { frame, lines }: { readonly frame: Frame; readonly lines: readonly (readonly Point[])[] },
): void {
  const [lineHeight, sample, padding] = [20, 22, 10];
  const widest = Math.max(...series.map(({ name }) => measureText(name)));
  const width = Math.ceil(widest + sample + 3 * padding);
  const height = series.length * lineHeight + padding;
  const left = frame.right - width - 4;
  const points = lines.flatMap(alongLine);
  const hiddenAt = (top: number) => points.filter(([x, y]) => x >= left && y >= top && y <= top + height).length;
  const [upper, lower] = [frame.top + 6, frame.bottom - height - 6];
  const between = Array.from(
    { length: Math.max(0, Math.floor((lower - upper) / height)) },
    (_, i) => upper + (i + 1) * height,
  );
  const top = [upper, lower, ...between].reduce((best, each) => (hiddenAt(each) < hiddenAt(best) ? each : best));
  const box = { left, top, width, height };
  fillBox(image, { left: box.left - 1, top: box.top - 1, width: box.width + 2, height: box.height + 2 }, GRID);
  fillBox(image, box, [255, 255, 255]);
  for (const [i, one] of series.entries()) {
    const middle = box.top + padding / 2 + (i + 0.5) * lineHeight;
    const start = box.left + padding;
    drawPolyline(
      image,
      [
        [start, middle],
        [start + sample, middle],
      ],
      { colour: colourOf(one, i), width: 3 },
    );
    drawText(image, one.name, { x: start + sample + padding, y: middle - 4.5 });
  }
}
