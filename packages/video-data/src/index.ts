export type {
  ClipEvalTransform,
  ClipTrainTransform,
  ClipTransform,
  MultiScaleCrop,
  RandomResizedCrop,
} from './augment/clip-transform.ts';
export { type Clip, clipFrame } from './clip.ts';
export { UnreadableVideo } from './errors.ts';
export {
  type ClipSourceReport,
  type InspectClipsOptions,
  inspectClips,
  type MiscountedVideo,
  type UnreadableVideoReport,
  type VideoCount,
} from './inspect/inspect-clips.ts';
export {
  type ClipBatch,
  type ClipLoader,
  type ClipLoaderStats,
  createClipLoader,
} from './loader/clip-loader.ts';
export type { ClipLoaderOptions } from './loader/clip-loader-options.ts';
export type { ActionLocation, ActionSpec } from './procedural/action-spec.ts';
export type { MotionLocation, MotionSpec } from './procedural/motion-spec.ts';
export {
  type ActionBox,
  createProceduralActions,
  type ProceduralActionOptions,
  type ProceduralActions,
  renderActions,
} from './procedural/procedural-actions.ts';
export { createProceduralMotionSource, type ProceduralMotionOptions } from './procedural/procedural-motion-source.ts';
export { renderMotion } from './procedural/render-motion.ts';
export type {
  ClipInfo,
  ClipReader,
  ClipRequest,
  FramesLocation,
  ReaderLimits,
  VideoLocation,
} from './readers/clip-reader.ts';
export {
  type ConformanceSubject,
  type ConformanceVideo,
  clipReaderConformance,
  type ReaderConformanceCase,
} from './readers/clip-reader-conformance.ts';
export {
  type ChosenClipReader,
  type ClipReaderOptions,
  type ClipReaderReport,
  createClipReader,
  probeClipReaders,
} from './readers/create-clip-reader.ts';
export type { VideoReaderName } from './readers/reader-candidates.ts';
export { type ReaderAbsence, ReaderNotFound } from './readers/reader-not-found.ts';
export {
  type ClipSampling,
  clipViews,
  type DenseSampling,
  drawClip,
  type UniformSampling,
} from './sampling/clip-sampling.ts';
export type { ClipLocation, ClipMoment, ClipSample, ClipSource } from './sources/clip-source.ts';
export { type ClipFolderOptions, openClipFolder } from './sources/folder-source.ts';
export type { ListColumns } from './sources/list-line.ts';
export { type ClipListOptions, openClipList } from './sources/list-source.ts';
export { type OpenClipSourceOptions, openClipSource } from './sources/open-clip-source.ts';
export {
  type SlidingWindows,
  type SlidingWindowsOptions,
  slidingWindows,
  type VideoWindow,
} from './sources/sliding-windows.ts';
export { openClipTar } from './sources/tar-source.ts';
export { VIDEO_EXTENSIONS } from './sources/video-extensions.ts';
