import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import {
  createImage,
  drawText,
  encodePng,
  fillBox,
  measureText,
  pasteImage,
  type Rgb,
  type RgbImage,
  renderGrid,
} from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import * as tf from '@tensorflow/tfjs-core';
import { openSamples } from '../data/open-samples.ts';
import type { Environment } from '../environment.ts';
import { forwardViews } from '../evaluation/forward-views.ts';
import { sampleViews } from '../evaluation/sample-views.ts';
import { createCountNote } from '../inspect/count-note.ts';
import { formatCount } from '../progress/format.ts';
import { drawShown, type EncoderPictureOptions, readSamples, type Shown, withShown } from './open-shown.ts';

/** What nearest neighbours are drawn of. */
export interface NeighboursOptions extends EncoderPictureOptions {
  /** Where neighbours are looked for; default among the images themselves. */
  readonly among?: string;
  /** How many of each. */
  readonly neighbours: number;
}

/** Queries shown where nobody says how many. */
const COUNT = 8;
/** Frames at once. */
const BATCH_FRAMES = 64;
/** Fewer samples than these are read sooner than threads start. */
const FEW = 256;
/** A picture is drawn about so large, with a caption below and a frame around it. */
const SIDE = 128;
const CAPTION = 16;
const EDGE = 4;
const SAME: Rgb = [46, 139, 87];
const OTHER: Rgb = [200, 80, 80];
const NONE: Rgb = [205, 209, 216];

/**
 * Draws samples beside those of a data set whose features are nearest to theirs by cosine.
 *
 * @throws InputError when weights or samples can't be used, or there is nothing to look among
 */
export async function visualizeNeighbours(options: NeighboursOptions, environment: Environment): Promise<void> {
  await withShown(options, environment, async (shown) => {
    const { input, source, path, engine, reading } = shown;
    const among = options.among === undefined ? source : await openSamples(options.among, { ...options, input });
    if (among.length < 2)
      throw new InputError(`visualize: ${among.name} holds one sample only; look among more, with --among PATH`);
    const queries = await drawShown(shown, { seed: options.seed, count: options.count ?? COUNT });
    const known = await unitFeatures(among, { shown, environment });
    const own =
      among === source
        ? queries.map(({ index }) => known.slice(index * shown.encoder.width, (index + 1) * shown.encoder.width))
        : undefined;
    const asked =
      own ?? (await featuresOfSome(source, { indices: queries.map(({ index }) => index), shown, environment }));
    const nearest = asked.map((feature, i) =>
      nearestTo(feature, known, { count: options.neighbours, without: among === source ? queries[i]!.index : -1 }),
    );

    const pictures = new Map<number, RgbImage>();
    const indices = [...new Set(nearest.flat().map(({ index }) => index))];
    for await (const { index, pixels } of readSamples(among, { indices, reading }))
      pictures.set(index, middle(pixels, shown));
    const nameOf = (of: SampleSource<SourceSample>, index: number) => {
      const { label } = of.sample(index);
      return label === undefined ? undefined : (of.classes?.[label] ?? String(label));
    };
    let [alike, compared] = [0, 0];
    const rows = queries.map(({ index, pixels }, i) => {
      const name = nameOf(source, index);
      const cells = nearest[i]!.map((each) => {
        const other = nameOf(among, each.index);
        const isLabelled = name !== undefined && other !== undefined;
        if (isLabelled) compared++;
        if (isLabelled && name === other) alike++;
        const colour = !isLabelled ? NONE : name === other ? SAME : OTHER;
        return captioned(pictures.get(each.index)!, {
          caption: `${each.similarity.toFixed(2)} ${other ?? ''}`,
          colour,
        });
      });
      return [captioned(middle(pixels, shown), { caption: name ?? source.sample(index).key, colour: NONE }), ...cells];
    });
    const columnTitles = ['query', ...Array.from({ length: nearest[0]!.length }, (_, i) => String(i + 1))];
    await writeFileAtomic(options.output, await encodePng(renderGrid(rows, { columnTitles, scale: 1 })));
    const same =
      compared > 0 ? `; ${Math.round((100 * alike) / compared)}% of the neighbours are of the query's class` : '';
    environment.stdout.write(
      `${options.output}: the nearest of ${formatCount(among.length)} ${among.noun ?? 'images'} by ${path} on ${engine.name}${same}\n`,
    );
  });
}

/** The middle frame of a clip, or the image. */
const middle = (pixels: Float32Array, { picture, input }: Shown) => picture(pixels, Math.floor(input.frames / 2));

interface FeaturesOptions {
  readonly shown: Shown;
  readonly environment: Environment;
}

/** Mean of the final patch tokens of each sample, of length 1: `[samples, D]`; NaN where one can't be read. */
async function unitFeatures(
  source: SampleSource<SourceSample>,
  { shown, environment }: FeaturesOptions,
): Promise<Float32Array> {
  const { encoder, engine, input, reading } = shown;
  const batchSize = Math.min(source.length, Math.max(1, Math.floor(BATCH_FRAMES / input.frames)));
  const features = new Float32Array(source.length * encoder.width);
  const progress = createCountNote('encoding', environment);
  const loader = sampleViews(source, { ...reading, workers: source.length < FEW ? 0 : undefined, batchSize });
  const forward = (pixels: tf.Tensor) => {
    const { output } = encoder.encode(encoder.embed(pixels)); // [prefix + N, B, D]
    const mean = tf.mean(tf.slice(output, [encoder.prefixTokens, 0, 0]), 0); // [B, D]
    return tf.div(mean, tf.add(tf.norm(mean, 2, 1, true), 1e-12));
  };
  for await (const { first, keys, rows } of forwardViews(loader, { module: encoder, forward, batchSize, engine })) {
    features.set(rows, first * encoder.width);
    progress.update({ done: first + keys.length, total: source.length });
  }
  progress.clear();
  return features;
}

async function featuresOfSome(
  source: SampleSource<SourceSample>,
  { indices, ...options }: FeaturesOptions & { indices: readonly number[] },
): Promise<Float32Array[]> {
  const some = { ...source, length: indices.length, sample: (place: number) => source.sample(indices[place]!) };
  const features = await unitFeatures(some, options);
  const { width } = options.shown.encoder;
  return indices.map((_, i) => features.subarray(i * width, (i + 1) * width));
}

function nearestTo(
  feature: Float32Array,
  known: Float32Array,
  { count, without }: { count: number; without: number },
): { index: number; similarity: number }[] {
  const width = feature.length;
  const all: { index: number; similarity: number }[] = [];
  for (let index = 0; index * width < known.length; index++) {
    let similarity = 0;
    for (let i = 0; i < width; i++) similarity += feature[i]! * known[index * width + i]!;
    if (index !== without && !Number.isNaN(similarity)) all.push({ index, similarity });
  }
  return all.sort((a, b) => b.similarity - a.similarity || a.index - b.index).slice(0, count);
}

function captioned(picture: RgbImage, { caption, colour }: { caption: string; colour: Rgb }): RgbImage {
  const scale = Math.max(1, Math.round(SIDE / Math.max(picture.width, picture.height)));
  const [width, height] = [picture.width * scale + 2 * EDGE, picture.height * scale + 2 * EDGE];
  const cell = createImage(width, height + CAPTION);
  fillBox(cell, { left: 0, top: 0, width, height }, colour);
  pasteImage(cell, picture, { left: EDGE, top: EDGE, scale });
  const size = Math.min(9, (9 * width) / Math.max(1, measureText(caption, 9)));
  drawText(cell, caption, { x: 1, y: height + 4, size });
  return cell;
}
