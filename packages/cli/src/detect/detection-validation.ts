import { type DetectedBox, type FrameMeanAveragePrecision, frameMeanAveragePrecision } from '@masked-distill/eval';
import type { UnreadableReport } from '@masked-distill/image-data';
import { type Engine, roiAlignWeights, type TensorRecord } from '@masked-distill/tensor-core';
import { createClipLoader } from '@masked-distill/video-data';
import type { ActionDetector } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { CompleteDetectConfig } from '../config/detect-config.ts';
import { workersOf } from '../data/modality.ts';
import { clipLoaderOptions } from './clip-loader-options.ts';
import type { DetectionData } from './open-detection-data.ts';
import { widenBox } from './person-boxes.ts';

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
  /** Frames that do not count. */
  readonly excluded: ReadonlySet<string>;
  /** Compiles the pass. */
  readonly engine: Pick<Engine, 'compile'>;
  /** Hears of videos that can't be read; what is in them counts as missed. */
  readonly onUnreadable: (report: UnreadableReport) => void;
}

/** Clips at once. */
const BATCH = 4;

/** Detections of a frame that count. */
const PER_FRAME = 50;

/** Prepares the judging of a detector on the boxes that people have drawn, each a little widened; the box that counts is the one drawn. */
export function createDetectionValidation(
  model: ActionDetector,
  { source, boxes, truth, classes }: DetectionData,
  { config, excluded, engine, onUnreadable }: DetectionValidationOptions,
): DetectionValidation {
  const { bins } = model;
  const { grid } = model.encoder;
  const most = [...boxes.values()].reduce((largest, { length }) => Math.max(largest, length), 1);
  const batchSize = Math.min(BATCH, source.length);
  const loader = createClipLoader(source, {
    ...clipLoaderOptions(config),
    ...{ batchSize, shuffle: false, dropLast: false, replaceUnreadable: false, reuseMemory: true },
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
      for (const [i, { box }] of boxes.get(key)!.entries()) rows.set(widenBox(box), 4 * (clip * most + i));
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
          const found = boxes.get(key)!.flatMap(({ box }, i) =>
            classes.map(({ id }, place) => ({
              ...{ box, label: id },
              score: scores[(clip * most + i) * classes.length + place]!,
            })),
          );
          detections.set(key, found.sort((a, b) => b.score - a.score).slice(0, PER_FRAME));
        }
      }
      const judged = frameMeanAveragePrecision(
        { truth, detections },
        { classes: classes.map(({ id }) => id), excluded },
      );
      return { judged, detections };
    },
    async close() {
      await loader.close();
      compiled.dispose?.();
    },
  };
}
