import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { meanProbabilities } from '@masked-distill/eval';
import { denormalize, encodePng, limitSource, type RgbImage } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { PredictConfig } from '../config/predict-config.ts';
import { workersOf } from '../data/modality.ts';
import { modalityOf } from '../data/modality-of.ts';
import { openSamples } from '../data/open-samples.ts';
import type { Environment } from '../environment.ts';
import { protocolOf } from '../eval/protocol.ts';
import { forwardViews, type ViewLoader } from '../evaluation/forward-views.ts';
import { openClassifier, type StoredClassifier } from '../evaluation/open-classifier.ts';
import { sampleViews } from '../evaluation/sample-views.ts';
import { createCountNote } from '../inspect/count-note.ts';
import { renderPredictionSheet, type SheetEntry } from '../pictures/prediction-sheet.ts';
import { formatCount } from '../progress/format.ts';
import { startEngine } from '../start-engine.ts';
import { formatColumns } from '../text/columns.ts';
import { printable } from '../text/printable.ts';

/** What a classifier makes of a sample. */
interface Prediction {
  readonly key: string;
  /** The likeliest classes, the likeliest first; empty where the sample could not be read. */
  readonly top: readonly { readonly label: number; readonly class: string; readonly probability: number }[];
  /** Why it could not be read. */
  readonly unreadable?: string;
}

/** Rows of the table; all are in the file. */
const MAX_ROWS = 40;

/**
 * Tells the likeliest classes of images or clips: a table on stdout, all of it as JSON lines, and a contact sheet.
 *
 * @throws InputError when the checkpoint or the data can't be used
 */
export async function runPredict(options: PredictConfig, environment: Environment): Promise<void> {
  const { checkpoint, data, output: folder } = options;
  if (checkpoint === undefined) throw new InputError('predict: no checkpoint was given; add --checkpoint PATH');
  if (data === undefined) throw new InputError('predict: nothing to classify was given; add --data PATH');
  const ema = options.weights === 'averaged';
  const classifier = await openClassifier(checkpoint, environment, { who: 'predict', ema, ...options });
  try {
    const all = await openSamples(data, { ...options, input: classifier });
    const source = options.limit === 'off' ? all : limitSource(all, options.limit);
    const shown: Prediction[] = [];
    const sheet: SheetEntry[] = [];
    const predictions = predict(source, { options, environment, classifier });
    await writeFileAtomic(join(folder, 'predictions.jsonl'), lines());
    await writeFileAtomic(join(folder, 'contact-sheet.png'), await encodePng(renderPredictionSheet(sheet)));
    const more = source.length > shown.length ? `  and ${formatCount(source.length - shown.length)} more\n` : '';
    environment.stdout.write(
      `${describeTable(shown)}${more}\nall in ${folder}: predictions.jsonl, contact-sheet.png\n`,
    );

    async function* lines() {
      for await (const { prediction, image } of predictions) {
        if (shown.length < MAX_ROWS) shown.push(prediction);
        if (sheet.length < options.sheetCount) {
          const top = prediction.top.map(({ class: name, probability }) => ({ name, probability }));
          sheet.push({ key: prediction.key, top, image: image() });
        }
        yield Buffer.from(`${JSON.stringify(prediction)}\n`);
      }
    }
  } finally {
    await classifier.close();
  }
}

interface PredictOptions {
  readonly options: PredictConfig;
  readonly environment: Environment;
  readonly classifier: StoredClassifier;
}

/** What was made of each sample, with the view of it that is shown. */
async function* predict(
  source: SampleSource<SourceSample>,
  { options, environment, classifier }: PredictOptions,
): AsyncGenerator<{ prediction: Prediction; image: () => RgbImage | undefined }> {
  const note = (text: string) => void environment.stderr.write(`${text}\n`);
  const { clips, crops } = protocolOf(options, classifier);
  const engine = await startEngine(options, note);
  const model = await classifier.build();
  const progress = createCountNote('classifying', environment);
  try {
    const loader = sampleViews(source, {
      modality: modalityOf(classifier),
      input: classifier,
      normalization: classifier.normalization,
      cropShare: options.cropShare,
      views: { clips, crops },
      clips: options,
      batchSize: options.batchSize,
      workers: workersOf(options),
      maxPixels: options.maxPixels,
      onUnreadable: ({ key, reason }) => note(`not read: ${printable(key)}: ${printable(reason)}`),
    });
    const pass = { module: model, forward: model.forward.bind(model), batchSize: options.batchSize, engine };
    for await (const { first, keys, rows, pixels } of forwardViews(loader, pass)) {
      const probabilities = meanProbabilities(rows, { views: clips * crops, classes: classifier.classes });
      for (const [i, key] of keys.entries()) {
        const unreadable = loader.unreadable.get(first + i)?.reason;
        const own = probabilities.subarray(i * classifier.classes, (i + 1) * classifier.classes);
        const prediction =
          unreadable === undefined
            ? { key, top: likeliest(own, classifier, options.top) }
            : { key, top: [], unreadable };
        const image = () =>
          unreadable === undefined ? pictureOf(pixels, { sample: i, loader, clips, crops, classifier }) : undefined;
        yield { prediction, image };
      }
      progress.update({ done: first + keys.length, total: source.length });
    }
  } finally {
    progress.clear();
    model.dispose();
  }
}

function likeliest(probabilities: Float32Array, { classNames }: StoredClassifier, top: number): Prediction['top'] {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  return order.slice(0, top).map((label) => ({
    label,
    class: classNames?.[label] ?? String(label),
    probability: probabilities[label]!,
  }));
}

interface PictureOptions {
  readonly sample: number;
  readonly loader: ViewLoader;
  readonly clips: number;
  readonly crops: number;
  readonly classifier: StoredClassifier;
}

/** The middle view of a sample, of a clip its middle frame. */
function pictureOf(pixels: Float32Array, { sample, loader, clips, crops, classifier }: PictureOptions): RgbImage {
  const [height, width] = classifier.imageSize;
  const frame = height * width * 3;
  // Of ten crops the fifth is the middle.
  const crop = crops === 10 ? 4 : Math.floor(crops / 2);
  const view = sample * loader.views + Math.floor(clips / 2) * crops + crop;
  const start = (view * classifier.frames + Math.floor(classifier.frames / 2)) * frame;
  return denormalize(pixels.subarray(start, start + frame), { width, height, ...classifier.normalization });
}

function describeTable(predictions: readonly Prediction[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const rows = predictions.map(({ key, top, unreadable }) => [
    printable(key, 60),
    ...(unreadable === undefined
      ? top.slice(0, 3).map(({ class: name, probability }) => `${printable(name, 32)} ${percent(probability)}`)
      : [`not read: ${printable(unreadable)}`]),
  ]);
  return formatColumns(rows);
}
