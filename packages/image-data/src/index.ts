export {
  type AugmentOp,
  type AugmentStep,
  applyAugmentStep,
  applyAugmentSteps,
  type PointOp,
  type WarpOp,
} from './augment/augment-step.ts';
export { type ColorJitterOptions, drawColorJitter } from './augment/color-jitter.ts';
export {
  createNormalizeTable,
  denormalize,
  IMAGENET_MEAN,
  IMAGENET_STD,
  type NormalizeTable,
  normalizeInto,
} from './augment/normalize.ts';
export { drawRandAugment, type RandAugmentOptions } from './augment/rand-augment.ts';
export { drawErasing, eraseInto, type RandomErasingOptions } from './augment/random-erasing.ts';
export { type RandomCropOptions, randomCropBox } from './augment/random-resized-crop.ts';
export type { EvalTransform, ImageTransform, TrainTransform } from './augment/transform.ts';
export { type CacheOptions, cacheImages } from './cache/cache-images.ts';
export {
  type DecodeOptions,
  decodeImage,
  type FailOn,
  type ImageHeader,
  readImageHeader,
} from './decode/decode-image.ts';
export type { ImageFormat } from './decode/sniff-format.ts';
export { type AnimationOptions, encodeAnimation } from './drawing/animation.ts';
export { createImage, drawPolyline, fillBox, type Pen, type Point, pasteImage } from './drawing/canvas.ts';
export { drawText, measureText, type TextOptions } from './drawing/draw-text.ts';
export { type ChartSeries, type LineChartOptions, renderLineChart } from './drawing/line-chart.ts';
export { encodePng, renderSvg } from './drawing/png.ts';
export { type GridOptions, renderGrid } from './drawing/render-grid.ts';
export { UnreadableImage } from './errors.ts';
export type { Box, ImageSize, Rgb, RgbImage } from './image.ts';
export {
  type InspectOptions,
  inspectSource,
  type PictureCount,
  type SourceReport,
} from './inspect/inspect-source.ts';
export type { Spread } from './inspect/spread.ts';
export type { BatchRange, SampleBatch } from './loader/batch-loader.ts';
export type { BatchOptions } from './loader/batch-options.ts';
export {
  type Batch,
  createImageLoader,
  type ImageLoader,
  type LoaderStats,
} from './loader/image-loader.ts';
export type { ImageLoaderOptions } from './loader/loader-options.ts';
export type { UnreadableReport } from './loader/unreadable-tracker.ts';
export { createProceduralSource, type ProceduralSourceOptions } from './procedural/procedural-source.ts';
export type { ProceduralSpec } from './procedural/procedural-spec.ts';
export { renderProcedural } from './procedural/render-procedural.ts';
export { resizeBicubic } from './samples/resize-bicubic.ts';
export { type BytesSourceOptions, createBytesSource, type ImageBytes } from './sources/bytes-source.ts';
export { imageSourceConformance, type SourceConformanceCase } from './sources/conformance.ts';
export { type FolderSourceOptions, openImageFolder } from './sources/folder-source.ts';
export { IMAGE_EXTENSIONS } from './sources/image-extensions.ts';
export {
  type BytesLocation,
  type FileLocation,
  type ImageSample,
  type ImageSource,
  type PixelsLocation,
  type ProceduralLocation,
  type RangeLocation,
  requireLabels,
  type SampleLocation,
  type UnreadableLocation,
} from './sources/image-source.ts';
export type { ClassList } from './sources/labels.ts';
export { type ListSourceOptions, openImageList } from './sources/list-source.ts';
export { type OpenImageSourceOptions, openImageSource } from './sources/open-image-source.ts';
export type { SampleSource, SourceSample } from './sources/sample-source.ts';
export {
  limitSource,
  type SourceSplit,
  type SplitOptions,
  splitSource,
  subsetSource,
} from './sources/subset-source.ts';
export type { TarSourceOptions } from './sources/tar-shards.ts';
export { openImageTar } from './sources/tar-source.ts';
