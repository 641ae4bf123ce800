import type { ImageSource } from '../sources/image-source.ts';
import type { LoaderSettings } from './loader-options.ts';
import type { RenderTask } from './task.ts';
import type { UnreadableTracker } from './unreadable-tracker.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What filling a batch needs. */
export interface FillOptions {
  readonly source: ImageSource;
  readonly settings: LoaderSettings;
  readonly pool: WorkerPool;
  readonly tracker: UnreadableTracker;
  readonly epoch: number;
  /** Set off when nobody wants the batch any more. */
  readonly signal: AbortSignal;
  /** [pictures * repeats, height, width, 3] */
  readonly out: Float32Array;
}

/** Pictures in one message to a worker, at most: few enough to share a batch out evenly. */
const MAX_CHUNK = 8;

/** A place in the batch, the index that belongs there, and the one that is taken for it. */
type Place = { readonly position: number; readonly index: number; readonly taken: number };

/**
 * Fills a batch with the pictures of the given indices. All work is handed out at once, since the main thread may be busy with a
 * training step until the batch is asked for. A picture that can't be read is replaced, and the replacement keeps its place's random
 * stream.
 */
export async function fillBatch(
  indices: Int32Array,
  options: FillOptions,
): Promise<{ keys: string[]; labels: Int32Array | undefined }> {
  const { source, settings, tracker, signal } = options;
  const { repeats } = settings;
  const taken = indices.map((index) => tracker.standIn(index));
  let open: Place[] = Array.from(indices, (index, position) => ({ position, index, taken: taken[position]! }));
  while (open.length > 0) {
    signal.throwIfAborted();
    const failures = await renderPlaces(open, options);
    open = open.filter(({ position }) => failures.has(position));
    for (const place of open) tracker.failed(place.taken, failures.get(place.position)!);
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
  return { keys, labels };
}

async function renderPlaces(places: readonly Place[], options: FillOptions): Promise<Map<number, string>> {
  const { source, settings, pool, tracker, epoch, out } = options;
  const { transform, seed, repeats, workers, maxPixels, failOn } = settings;
  const chunk = Math.min(MAX_CHUNK, Math.ceil(places.length / (2 * Math.max(workers, 1))));
  const jobs: Promise<RenderResult>[] = [];
  for (let start = 0; start < places.length; start += chunk) {
    const part = places.slice(start, start + chunk);
    const items = part.map(({ position, index, taken }) => ({
      position,
      index,
      location: source.sample(taken).location,
    }));
    const task: RenderTask = {
      kind: 'render',
      transform,
      decode: { maxPixels, failOn },
      seed,
      epoch,
      repeats,
      out,
      items,
    };
    jobs.push(pool.run(task, items.length));
  }
  const failures = new Map<number, string>();
  for (const result of await Promise.all(jobs))
    for (const { position, reason } of result) failures.set(position, reason);
  for (const { taken } of places) tracker.tried(taken);
  return failures;
}

type RenderResult = readonly { position: number; reason: string }[];
