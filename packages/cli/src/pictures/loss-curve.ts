import { writeFileAtomic } from '@masked-distill/base/files';
import { encodePng, type Rgb, renderLineChart } from '@masked-distill/image-data';
import type { MetricsRow } from '@masked-distill/train';

/** What {@link writeLossCurve} draws, and where. */
export interface LossCurveOptions {
  /** Rows of `metrics.jsonl`; each has a `loss`, or null where it was not finite. */
  readonly rows: readonly MetricsRow[];
  /** The PNG file to write. */
  readonly path: string;
  /** What stands above the curve. */
  readonly title: string;
}

const RAW: Rgb = [182, 203, 226];
const SMOOTHED: Rgb = [31, 78, 130];
/** The mean reaches over this share of the curve; one that is shorter than so many rows is drawn as it is. */
const WINDOW_SHARE = 1 / 20;
const LEAST_ROWS = 20;

/**
 * Draws the loss over the steps: every step light, their moving mean dark. Writes nothing when no loss is finite.
 *
 * @returns whether there was a loss to draw
 * @throws MaskedDistillError when the file can't be written
 */
export async function writeLossCurve({ rows, path, title }: LossCurveOptions): Promise<boolean> {
  const points = rows.flatMap(({ step, loss }) =>
    typeof loss === 'number' && Number.isFinite(loss) ? [{ step, loss }] : [],
  );
  if (points.length === 0) return false;
  const x = points.map(({ step }) => step);
  const y = points.map(({ loss }) => loss);
  const raw = { name: 'each step', x, y };
  const series =
    points.length < LEAST_ROWS
      ? [{ ...raw, colour: SMOOTHED }]
      : [
          { ...raw, colour: RAW },
          { name: 'moving mean', x, y: movingMean(y), colour: SMOOTHED },
        ];
  await writeFileAtomic(path, await encodePng(renderLineChart({ title, xLabel: 'step', yLabel: 'loss', series })));
  return true;
}

/** The mean around each value: over a window that narrows towards the start, where the loss falls fast, and is cut off at the end. */
function movingMean(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  const reach = Math.ceil((values.length * WINDOW_SHARE) / 2);
  return values.map((_, i) => {
    const [from, to] = [i - Math.min(reach, i), Math.min(i + Math.min(reach, i) + 1, values.length)];
    return (sums[to]! - sums[from]!) / (to - from);
  });
}
