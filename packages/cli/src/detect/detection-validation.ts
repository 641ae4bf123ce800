import {
  type Box,
  type DetectedBox,
  type FrameMeanAveragePrecision,
  type Frames,
  frameMeanAveragePrecision,
  type LabelMapEntry,
  type TruthBox,
} from '@masked-distill/eval';
import type { UnreadableReport } from '@masked-distill/image-data';
import { type Engine, roiAlignWeights, type TensorRecord } from '@masked-distill/tensor-core';
import { type ClipSource, createClipLoader } from '@masked-distill/video-data';
import type { ActionDetector } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { CompleteDetectConfig } from '../config/detect-config.ts';
import { workersOf } from '../data/modality.ts';
import type { ClipBoxes } from './clip-boxes.ts';
import { clipLoaderOptions } from './clip-loader-options.ts';
import { widenBox } from './person-boxes.ts';

/** A box that a detector is asked about. */
export interface JudgedBox {
  /** Where. */
  readonly box: Box;
  /** How sure it is that somebody is there, from 0 to 1; as in VideoMAE's code the score of each action is multiplied by it. Default 1. */
  readonly score?: number;
}

/** What a detector is judged by. */
export interface JudgedData {
  /** The clips; a key is a frame's name. */
  readonly source: ClipSource;
  /** Where it is asked what is done. */
  readonly boxes: ClipBoxes<JudgedBox>;
  /** What is done where, in all frames; in those without a clip it counts as missed. */
  readonly truth: Frames<TruthBox>;
  /** The classes in the order of the logits. */
  readonly classes: readonly LabelMapEntry[];
  /** Frames that do not count. */
  readonly excluded: ReadonlySet<string>;
}

/** How well a detector does, and what it says. */
export interface DetectionScore {
  /** Frame-mAP and the average precision of each class. */
  readonly judged: FrameMeanAveragePrecision;
  /** What it says of each frame: the highest scores. */
  readonly detections: ReadonlyMap<string, readonly DetectedBox[]>;
}

/** Judges a detector as it is, as often as one likes. */
export interface DetectionValidation {
  /** Judges it on all frames. */
  run(): Promise<DetectionScore>;
  /** Ends the threads, and frees what was compiled. */
  close(): Promise<void>;
}

/** Options of {@link createDetectionValidation}. */
export interface DetectionValidationOptions {
  readonly config: CompleteDetectConfig;
  /** Compiles the pass. */
  readonly engine: Pick<Engine, 'compile'>;
  /** Hears of videos that can't be read; what is in them counts as missed. */
  readonly onUnreadable: (report: UnreadableReport) => void;
}

/** Clips at once. */
const BATCH = 4;

/** Prepares the judging of a detector on given boxes, each a little widened; the box that counts is the one given. */
export function createDetectionValidation(
  model: ActionDetector,
  { source, boxes, truth, classes, excluded }: JudgedData,
  { config, engine, onUnreadable }: DetectionValidationOptions,
): DetectionValidation {
  const { bins } = model;
  const { detectionsPerFrame } = config.data;
  const { grid } = model.encoder;
  const { most } = boxes;
  const batchSize = Math.min(BATCH, source.length);
  const loader = createClipLoader(source, {
    ...clipLoaderOptions(config),
    batchSize,
    shuffle: false,
    dropLast: false,
    replaceUnreadable: false,
    reuseMemory: true,
    maxUnreadableShare: 1,
    workers: workersOf(config.data),
    onUnreadable,
  });
  const step = ({ pixels, regions }: TensorRecord) => ({
    scores: tf.sigmoid(model.forward(pixels!, { regions: regions as tf.Tensor3D })),
  });
  const compiled: typeof step & { dispose?: () => void } = engine.compile(step, model.namedVariables().values());
  const shape = loader.shape;
  // The last batch is filled up: one shape is one graph.
  const padded = new Float32Array(shape.reduce((a, b) => a * b));

  async function scoresOf(values: Float32Array, keys: readonly string[]): Promise<Float32Array> {
    const rows = new Float32Array(batchSize * most * 4);
    for (const [clip, key] of keys.entries()) {
      for (const [i, { box }] of boxes.of(key).entries()) rows.set(widenBox(box), 4 * (clip * most + i));
    }
    padded.set(values);
    const pixels = tf.tensor(padded, [...shape]);
    const weights = roiAlignWeights(rows, { map: grid, bins });
    const regions = tf.tensor(weights, [batchSize, most * bins ** 2, grid.h * grid.w]);
    const { scores } = compiled({ pixels, regions });
    const result = (await scores.data()) as Float32Array;
    tf.dispose([pixels, regions, scores]);
    return result;
  }

  return {
    async run() {
      const detections = new Map<string, DetectedBox[]>();
      for await (const { pixels, keys, failed } of loader.batches()) {
        const scores = await scoresOf(pixels, keys);
        for (const [clip, key] of keys.entries()) {
          if (failed.includes(clip)) continue;
          const found = boxes.of(key).flatMap(({ box, score = 1 }, i) =>
            classes.map(({ id }, place) => ({
              box,
              label: id,
              score: score * scores[(clip * most + i) * classes.length + place]!,
            })),
          );
          detections.set(key, found.sort((a, b) => b.score - a.score).slice(0, detectionsPerFrame));
        }
      }
      const judged = frameMeanAveragePrecision(
        { truth, detections },
        { classes: classes.map(({ id }) => id), excluded, detectionsPerFrame },
      );
      return { judged, detections };
    },
    async close() {
      await loader.close();
      compiled.dispose?.();
    },
  };
}
