import { dataKeys } from './data-keys.ts';
import { evalDetectionsKeys } from './eval-detections-keys.ts';
import { type DecidedByInit, finetuneKeys, type OfClips } from './finetune-config.ts';
import { type ConfigOf, type ConfigPatch, key, optionalKey } from './key.ts';
import { real, text, toggle, whole } from './kinds.ts';
import type { RunConfig } from './run-config.ts';

const { classToken: _, pooling, headDropout, ...modelKeys } = finetuneKeys.model;

/**
 * Every key of `masked-distill detect`. The defaults are those of VideoMAE's code for AVA with a ViT-S (30 epochs, layer decay 0.6, drop path 0.2,
 * stride 4), and ours where a small machine needs less: batch 8 for 128, the learning rate by the batch.
 */
export const detectKeys = {
  model: {
    ...modelKeys,
    imageSize: {
      ...modelKeys.imageSize,
      is: 'frame in pixels, height x width, to which all of it is scaled (as init, else 224x224; positions are computed anew)',
    },
    frames: { ...modelKeys.frames, is: 'frames of a clip (as init, else 16; positions are computed anew)' },
    dropPath: { ...modelKeys.dropPath, default: 0.2 },
    maxBoxes: key(whole(), { is: 'boxes of a frame that are trained on at most, drawn anew each time', default: 10 }),
  },
  data: {
    train: optionalKey(text('path'), {
      is: "AVA's table of what is trained on, video,second,x1,y1,x2,y2,action[,person]; or procedural-actions:<count>[:<seed>]",
    }),
    val: optionalKey(text('path'), { is: 'the same of what it is judged by' }),
    valBoxes: optionalKey(text('path'), {
      is: 'judge on the boxes of this table, video,second,x1,y1,x2,y2,,score, where a detector found people, instead of those of val',
    }),
    minBoxScore: key(real({ min: 0, max: 1 }), {
      is: 'least score of a box of valBoxes that counts; 0.8 in VideoMAE, 0.9 in SlowFast',
      default: 0.8,
    }),
    detectionsPerFrame: evalDetectionsKeys.detectionsPerFrame,
    videos: optionalKey(text('folder'), {
      is: 'folder of the videos by their names in the tables: files, or folders of numbered pictures',
    }),
    labels: optionalKey(text('path'), { is: 'label map (.pbtxt): the classes (those that the training table has)' }),
    exclude: optionalKey(text('path'), { is: 'table of frames that judging leaves out: video,second' }),
    firstSecond: key(real({ min: 0 }), {
      is: "the tables' second at which the videos begin; 900 for pictures taken of AVA's films from there on",
      default: 0,
    }),
    fps: optionalKey(real({ above: 0 }), { is: "frames a second (a file's own; 30 for folders of pictures)" }),
    stride: dataKeys.stride,
    reader: dataKeys.reader,
    flip: key(toggle(), { is: 'mirror half of the clips, boxes included', default: true }),
    jitter: key(toggle(), { is: "move the sides of boxes at random, by VideoMAE's amounts", default: true }),
    workers: dataKeys.workers,
    maxUnreadableShare: dataKeys.maxUnreadableShare,
    maxPixels: dataKeys.maxPixels,
    mean: finetuneKeys.data.mean,
    std: finetuneKeys.data.std,
  },
  optim: {
    ...finetuneKeys.optim,
    batchSize: { ...finetuneKeys.optim.batchSize, default: 8 },
    epochs: { ...finetuneKeys.optim.epochs, default: 30 },
    layerDecay: { ...finetuneKeys.optim.layerDecay, default: 0.6 },
  },
  run: {
    ...finetuneKeys.run,
    name: { ...finetuneKeys.run.name, default: 'detect' },
  },
};

/** The settings of a run of `detect` as they were given: what init decides may be absent. */
export type DetectConfig = ConfigOf<typeof detectKeys>;

/** Some keys of a {@link DetectConfig}. */
export type DetectPatch = ConfigPatch<typeof detectKeys>;

/** Complete settings of a run of `detect`. */
export type CompleteDetectConfig = DetectConfig &
  RunConfig & {
    model: { [Name in Exclude<DecidedByInit, 'classToken' | OfClips>]: NonNullable<DetectConfig['model'][Name]> };
  };
