import type { SampleSource, SourceSample } from '../sources/sample-source.ts';
import type { RenderFailure } from './tasks.ts';
import type { UnreadableTracker } from './unreadable-tracker.ts';

/** A place in a batch and what is to stand there. */
export interface Place<Sample extends SourceSample> {
  /** The place, counted in samples. */
  readonly position: number;
  /** The index that belongs there; it names the place's random stream, whatever is taken for it. */
  readonly index: number;
  /** What is taken for it. */
  readonly sample: Sample;
}

/** Makes the crops of some places of a batch; returns those whose sample can't be read. */
export type RenderPlaces<Sample extends SourceSample> = (
  places: readonly Place<Sample>[],
) => Promise<readonly RenderFailure[]>;

/** What filling a batch needs. */
export interface FillOptions<Sample extends SourceSample> {
  readonly source: SampleSource<Sample>;
  readonly repeats: number;
  readonly workers: number;
  /** Samples in one message to a worker, at most: few enough to share a batch out evenly. */
  readonly maxChunk: number;
  /** Whether others stand in for samples that can't be read. */
  readonly isReplaced: boolean;
  readonly tracker: UnreadableTracker;
  readonly render: RenderPlaces<Sample>;
  /** Set off when nobody wants the batch any more. */
  readonly signal: AbortSignal;
}

/** A place whose sample is still to be read, and the index of the sample that is taken. */
type Open = { readonly position: number; readonly index: number; readonly taken: number };

/**
 * Fills a batch with the samples of the given indices. All work is handed out at once, since the main thread may be busy with a
 * training step until the batch is asked for. A sample that can't be read is replaced where that is wanted, and the
 * replacement keeps its place's random stream; else its place, counted in samples, is among the `failed`.
 */
export async function fillBatch<Sample extends SourceSample>(
  indices: Int32Array,
  options: FillOptions<Sample>,
): Promise<{ keys: string[]; labels: Int32Array | undefined; failed: number[] }> {
  const { source, repeats, isReplaced, tracker, signal } = options;
  const taken = indices.map((index) => (isReplaced ? tracker.standIn(index) : index));
  let open: Open[] = Array.from(indices, (index, position) => ({ position, index, taken: taken[position]! }));
  while (open.length > 0) {
    signal.throwIfAborted();
    const failures = await renderAll(open, options);
    open = open.filter(({ position }) => failures.has(position));
    for (const place of open) tracker.failed(place.taken, failures.get(place.position)!);
    if (!isReplaced) break;
    open = open.map((place) => ({ ...place, taken: tracker.standIn(place.taken) }));
    for (const place of open) taken[place.position] = place.taken;
  }
  const keys: string[] = [];
  const labels = source.classes === undefined ? undefined : new Int32Array(indices.length * repeats);
  for (const [position, index] of taken.entries()) {
    const { key, label = -1 } = source.sample(index);
    for (let repeat = 0; repeat < repeats; repeat++) keys.push(key);
    labels?.fill(label, position * repeats, (position + 1) * repeats);
  }
  return { keys, labels, failed: open.map(({ position }) => position) };
}

async function renderAll<Sample extends SourceSample>(
  open: readonly Open[],
  options: FillOptions<Sample>,
): Promise<Map<number, string>> {
  const { source, workers, maxChunk, tracker, render } = options;
  const chunk = Math.min(maxChunk, Math.ceil(open.length / (2 * Math.max(workers, 1))));
  const jobs: Promise<readonly RenderFailure[]>[] = [];
  for (let start = 0; start < open.length; start += chunk) {
    const part = open.slice(start, start + chunk);
    jobs.push(render(part.map(({ position, index, taken }) => ({ position, index, sample: source.sample(taken) }))));
  }
  const failures = new Map<number, string>();
  for (const result of await Promise.all(jobs))
    for (const { position, reason } of result) failures.set(position, reason);
  for (const { taken } of open) tracker.tried(taken);
  return failures;
}
