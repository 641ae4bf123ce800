/**
 * What image-data's sources, loader and drawn pictures are made of, for packages that load samples of another kind, as `video-data`
 * does. Unlike the package's main entry it may change between minor versions.
 *
 * @module
 */

export type { CentreCrop } from './augment/centre-crop.ts';
export { checkErasing } from './augment/random-erasing.ts';
export { firstLine } from './errors.ts';
export { type ClassCount, countLabels, type LabelCounts } from './inspect/count-labels.ts';
export { spreadOf } from './inspect/spread.ts';
export {
  type BatchLoader,
  type BatchLoaderParts,
  type BatchRange,
  type BatchTarget,
  type BatchTotals,
  createBatchLoader,
  type SampleBatch,
} from './loader/batch-loader.ts';
export {
  type BatchOptions,
  type BatchSettings,
  checkCount,
  defaultWorkers,
  resolveBatchOptions,
} from './loader/batch-options.ts';
export type { Place } from './loader/fill-batch.ts';
export { useOneSharpThread } from './loader/one-sharp-thread.ts';
export { orderedTasks } from './loader/ordered-tasks.ts';
export { serveTasks } from './loader/serve-tasks.ts';
export { startWorker, type WorkerEntry } from './loader/start-worker.ts';
export type { AnyTask, RenderFailure, ResultsOf, TaskOf, TaskRunner } from './loader/tasks.ts';
export type { UnreadableReport } from './loader/unreadable-tracker.ts';
export { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from './loader/worker-pool.ts';
export { drawBrightColour, drawPalette, type Palette } from './procedural/colours.ts';
export { applyLight, drawLight, type Light, type LitFrame } from './procedural/light.ts';
export { paintObject } from './procedural/paint-object.ts';
export type { SceneObject } from './procedural/scene.ts';
export { type Outline, SHAPES } from './procedural/shapes.ts';
export { TEXTURES, type Texture } from './procedural/textures.ts';
export { openPixels, type Picture } from './samples/picture.ts';
export { expandBraces, hasBraces } from './sources/brace-range.ts';
export { fingerprintOf } from './sources/fingerprint.ts';
export { classesOfFolders, topFolder } from './sources/folder-classes.ts';
export { type ClassList, parseLabel, resolveNumberedClasses } from './sources/labels.ts';
export { labelProblem, listText, type QuotedLine, splitQuoted } from './sources/list-line.ts';
export { readListLines } from './sources/read-list.ts';
export type { SampleSource, SourceSample } from './sources/sample-source.ts';
export { shuffledOrder } from './sources/shuffle.ts';
export type { TarKind, TarSample } from './sources/tar-samples.ts';
export { openTarShards, type TarSourceOptions } from './sources/tar-shards.ts';
export { type WalkedFolder, walkFolder } from './sources/walk-folder.ts';
