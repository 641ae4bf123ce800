import { InputError } from '@masked-distill/base';
import { limitSource, type Rgb } from '@masked-distill/image-data';
import type { SampleSource, SourceSample, UnreadableReport } from '@masked-distill/image-data/loading';
import type { Engine } from '@masked-distill/tensor-core';
import { type ClipSource, slidingWindows, type VideoWindow } from '@masked-distill/video-data';
import { type Backbone, createEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { ExtractConfig } from '../config/extract-config.ts';
import { inputSizeOf, workersOf } from '../data/modality.ts';
import { modalityOf } from '../data/modality-of.ts';
import { openSamples } from '../data/open-samples.ts';
import type { Environment } from '../environment.ts';
import { forwardViews } from '../evaluation/forward-views.ts';
import { sampleViews } from '../evaluation/sample-views.ts';
import { createCountNote } from '../inspect/count-note.ts';
import { formatCount, formatSpeed } from '../progress/format.ts';
import { startEngine } from '../start-engine.ts';
import { printable } from '../text/printable.ts';
import { openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { readNormalization } from '../weights/read-normalization.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';
import { createFeatureFile, type FeatureFacts, type FeatureRow, namesFile } from './feature-file.ts';

/** Frames at once, where nobody says how many images or clips. */
const BATCH_FRAMES = 64;

/**
 * Writes the features that an encoder has of images, clips, or windows of videos. Memory holds a few batches and the samples' names.
 *
 * @throws InputError when weights or data can't be used, or nothing could be read
 */
export async function runExtract(options: ExtractConfig, environment: Environment): Promise<void> {
  const { checkpoint, data } = options;
  if (checkpoint === undefined) throw new InputError('extract: no checkpoint was given; add --checkpoint PATH');
  if (data === undefined) throw new InputError('extract: nothing to encode was given; add --data PATH');
  const note = (text: string) => void environment.stderr.write(`${text}\n`);
  const resolved = await resolveWeights(checkpoint, { environment });
  for (const { path, reason } of resolved.skipped) note(`passed over ${path}: ${reason}`);
  const { path } = resolved;
  const opened = await openEncoderWeights(path, { ema: options.weights === 'averaged' });
  try {
    checkWanted(options, { ...opened.weights.description, path });
    const engine = await startEngine(options, note);
    const { encoder, report } = await createEncoder(opened.weights, sizesOf(options));
    try {
      for (const text of report.notes) note(text);
      const { mean, std } = await readNormalization(path, opened.file.metadata);
      const normalization = { mean: mean as Rgb, std: std as Rgb };
      const facts = { checkpoint: { path, fingerprint: await resolved.fingerprint() } };
      await encodeAll(encoder, { options: { ...options, data }, environment, engine, normalization, facts });
    } finally {
      encoder.dispose();
    }
  } finally {
    await opened.close();
  }
}

interface EncodeAllOptions {
  readonly options: ExtractConfig & { readonly data: string };
  readonly environment: Environment;
  readonly engine: Engine;
  readonly normalization: { readonly mean: Rgb; readonly std: Rgb };
  /** Goes into the file. */
  readonly facts: FeatureFacts;
}

async function encodeAll(
  encoder: Backbone,
  { options, environment, engine, normalization, facts }: EncodeAllOptions,
): Promise<void> {
  const { data, output, layer, pooling } = options;
  const note = (text: string) => void environment.stderr.write(`${text}\n`);
  const failed: { key: string; reason: string }[] = [];
  const onUnreadable = ({ key, reason }: UnreadableReport) => {
    failed.push({ key, reason });
    note(`not read, left out: ${printable(key)}: ${printable(reason)}`);
  };
  const input = inputSizeOf(encoder);
  const { source, windows } = await openWanted(data, { options, input, onUnreadable });
  const batchSize = options.batchSize ?? Math.max(1, Math.floor(BATCH_FRAMES / input.frames));
  const loader = sampleViews(source, {
    modality: modalityOf(input),
    input,
    normalization,
    batchSize,
    cropShare: options.cropShare,
    clips: windows ? { ...options, sampling: 'dense', stride: strideOf(options, input.frames) } : options,
    workers: workersOf(options),
    maxPixels: options.maxPixels,
    onUnreadable,
  });
  const rowShape = shapeOf(encoder, pooling);
  const file = await createFeatureFile(output, rowShape);
  const progress = createCountNote('encoding', environment);
  const start = environment.now();
  let [done, written] = [0, 0];
  try {
    note(`encoding ${formatCount(source.length)} ${source.noun ?? 'images'} on ${engine.name}`);
    const pass = { module: encoder, forward: forwardOf(encoder, options), batchSize, engine };
    for await (const { first, keys, rows } of forwardViews(loader, pass)) {
      const width = rows.length / keys.length;
      const kept = [...keys.keys()].filter((i) => !loader.unreadable.has(first + i));
      const values = new Float32Array(kept.length * width);
      for (const [row, i] of kept.entries()) values.set(rows.subarray(i * width, (i + 1) * width), row * width);
      const names = kept.map((i) => rowOf(source.sample(first + i), windows?.[first + i]));
      await file.append(values, names);
      done += keys.length;
      written += kept.length;
      progress.update({ done, total: source.length });
    }
    if (written === 0) throw new InputError(`extract: nothing of ${data} could be read; ${output} was not written`);
    const classes = source.classes && { classes: source.classes };
    await file.finish({ ...facts, data: source.name, layer, pooling, input, ...classes, failed });
  } finally {
    progress.clear();
    await file.discard();
  }
  const seconds = (environment.now() - start) / 1000;
  const speed = seconds > 0 ? `, ${formatSpeed(done / seconds)} a second` : '';
  const names = /\.npy$/i.test(output) ? `; names of the rows in ${namesFile(output)}` : '';
  const which = layer === 'last' ? 'the last layer' : `layer ${layer}`;
  const shape = [written, ...rowShape].join(', ');
  environment.stdout.write(`${output}: features [${shape}] of ${which}${speed}${names}\n`);
}

function sizesOf({ imageSize, frames }: ExtractConfig) {
  return {
    ...(imageSize && { imageSize: { h: imageSize[0], w: imageSize[1] } }),
    ...(frames === undefined ? {} : { frames }),
  };
}

/** @throws InputError when the encoder has no such layer or token, or windows of images are asked for */
function checkWanted(
  { layer, pooling, window, windowStep }: ExtractConfig,
  { depth, kind, classToken, path }: { depth: number; kind: 'image' | 'video'; classToken: boolean; path: string },
): void {
  if (layer !== 'last' && layer > depth) {
    throw new InputError(
      `--layer: the encoder of ${path} has ${depth} layers, not ${layer}; give 1 to ${depth}, or last`,
    );
  }
  if (pooling === 'class' && !classToken) {
    throw new InputError(`--pooling: the encoder of ${path} has no class token; leave it out, for the mean`);
  }
  if (kind === 'image' && window !== 'off') {
    throw new InputError(`--window: the encoder of ${path} takes images, and windows are of videos; leave it out`);
  }
  if (window === 'off' && windowStep !== undefined) {
    throw new InputError('--window-step: there is no --window to move; add it');
  }
}

/** Frames of the video from one of a window's clip to the next. */
function strideOf({ window }: ExtractConfig, frames: number): number {
  return Math.max(1, Math.floor((window as number) / frames));
}

interface OpenWantedOptions {
  readonly options: ExtractConfig;
  readonly input: ReturnType<typeof inputSizeOf>;
  readonly onUnreadable: (report: UnreadableReport) => void;
}

/** The samples to encode, and where they lie in their videos if they are windows. */
async function openWanted(
  path: string,
  { options, input, onUnreadable }: OpenWantedOptions,
): Promise<{ source: SampleSource<SourceSample>; windows?: readonly VideoWindow[] }> {
  const { limit, window, windowStep: step, reader } = options;
  const all = await openSamples(path, { ...options, input });
  const source = limit === 'off' ? all : limitSource(all, limit);
  if (window === 'off') return { source };
  if (window < input.frames) {
    throw new InputError(
      `--window: ${window} frames are fewer than the ${input.frames} that the encoder takes; give ${input.frames} or more`,
    );
  }
  return slidingWindows(source as ClipSource, { window, step, reader: { reader }, onUnreadable });
}

function shapeOf({ width, grid, prefixTokens }: Backbone, pooling: ExtractConfig['pooling']): number[] {
  return pooling === 'none' ? [prefixTokens + grid.t * grid.h * grid.w, width] : [width];
}

/** Pixels → features of the layer asked for, `[B, D]` or `[B, prefix + N, D]`. */
function forwardOf(encoder: Backbone, { layer, pooling }: ExtractConfig): (pixels: tf.Tensor) => tf.Tensor {
  const { prefixTokens } = encoder;
  return (pixels) => {
    const tokens = encoder.embed(pixels);
    const wanted = layer === 'last' ? {} : { collect: [layer], stopAfter: layer };
    const { output, features } = encoder.encode(tokens, wanted);
    const all = features[0] ?? output; // [prefix + N, B, D]
    if (pooling === 'none') return tf.transpose(all, [1, 0, 2]); // [B, prefix + N, D]
    if (pooling === 'class') return tf.squeeze(tf.slice(all, [0, 0, 0], [1, -1, -1]), [0]); // [B, D]
    return tf.mean(tf.slice(all, [prefixTokens, 0, 0]), 0); // [B, D]
  };
}

function rowOf({ key, label }: SourceSample, window: VideoWindow | undefined): FeatureRow {
  if (!window) return { key, label };
  const { start, frames, startSeconds, endSeconds } = window;
  return { key, label, startFrame: start, endFrame: start + frames, startSeconds, endSeconds };
}
