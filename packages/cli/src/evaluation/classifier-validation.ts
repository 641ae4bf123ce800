import { crossEntropy, topKAccuracy } from '@masked-distill/eval';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { Classifier } from '@masked-distill/vit';
import { inputSizeOf } from '../data/modality.ts';
import { createForwardPass, type ForwardOptions } from './forward-pass.ts';

/** How well a classifier does on labelled images or clips; one that could not be read counts as wrong. */
export interface ClassifierScore {
  /** Share of samples whose class comes first. */
  readonly top1: number;
  /** Share of samples whose class is among the first five. */
  readonly top5: number;
  /** Mean cross-entropy of those that could be read, without label smoothing. */
  readonly loss: number;
}

/** Judges a classifier as it is, as often as one likes. */
export interface ClassifierValidation {
  /** Judges it on all samples. */
  run(): Promise<ClassifierScore>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Prepares the judging of a classifier on labelled samples, one crop at the centre of each, of a video one clip in its middle. */
export function createClassifierValidation(
  model: Classifier,
  source: SampleSource<SourceSample>,
  options: ForwardOptions,
): ClassifierValidation {
  const classes = source.classes!.length;
  const pass = createForwardPass(
    source,
    {
      module: model,
      input: inputSizeOf(model.encoder),
      width: classes,
      forward: (pixels) => model.forward(pixels),
    },
    { ...options, replaceUnreadable: false },
  );
  return {
    async run() {
      const { rows, labels, failed } = await pass.run();
      const unread = new Set(failed);
      const loss = crossEntropy(
        rows.filter((_, i) => !unread.has(Math.floor(i / classes))),
        labels.filter((_, i) => !unread.has(i)),
      );
      // No score is right for NaN.
      for (const row of failed) rows.fill(Number.NaN, row * classes, (row + 1) * classes);
      const [top1, top5] = topKAccuracy(rows, labels) as [number, number];
      return { top1, top5, loss };
    },
    close: pass.close,
  };
}
