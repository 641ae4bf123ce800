import { writeFileAtomic } from '@masked-distill/base/files';
import { encodePng, type RgbImage, renderGrid } from '@masked-distill/image-data';
import * as tf from '@tensorflow/tfjs-core';
import { inputShapeOf } from '../data/modality.ts';
import type { Environment } from '../environment.ts';
import { featureColours, renderColours } from '../pictures/feature-colours.ts';
import { formatCount } from '../progress/format.ts';
import { drawShown, type EncoderPictureOptions, type Shown, shownSteps, withShown } from './open-shown.ts';

/** Samples shown where nobody says how many. */
const COUNT = { image: 8, clip: 3 } as const;

/**
 * Draws patches' features by their first three principal components as red, green and blue: of all patches, and of the foreground alone.
 *
 * @throws InputError when weights or samples can't be used
 */
export async function visualizePca(options: EncoderPictureOptions, environment: Environment): Promise<void> {
  await withShown(options, environment, async (shown) => {
    const { encoder, input, source, path, engine, layer } = shown;
    const isClip = input.frames > 1;
    const samples = await drawShown(shown, {
      seed: options.seed,
      count: options.count ?? (isClip ? COUNT.clip : COUNT.image),
    });
    const { t, h, w } = encoder.grid;
    const patches = t * h * w;
    const features = new Float32Array(samples.length * patches * encoder.width);
    for (const [i, { pixels }] of samples.entries())
      features.set(await featuresOf(pixels, shown, options.layer), i * patches * encoder.width);
    const isAtEdge = (patch: number) => {
      const [row, column] = [Math.floor((patch % (h * w)) / w), patch % w];
      return row === 0 || column === 0 || row === h - 1 || column === w - 1;
    };
    const colours = featureColours(features, { width: encoder.width, perPicture: patches, isAtEdge });
    const steps = shownSteps(encoder);
    const [height, width] = input.imageSize;
    const draw = (all: Uint8Array, sample: number, step: number) => {
      const start = (sample * patches + step * h * w) * 3;
      return renderColours(all.slice(start, start + h * w * 3), { rows: h, columns: w, size: { width, height } });
    };
    const rows: RgbImage[][] = samples.flatMap(({ pixels }, i) => {
      const views = steps.map(
        ({ step, frame }) =>
          [shown.picture(pixels, frame), draw(colours.all, i, step), draw(colours.foreground, i, step)] as const,
      );
      return isClip ? [0, 1, 2].map((view) => views.map((each) => each[view]!)) : [[...views[0]!]];
    });
    const titles = [isClip ? 'clip' : 'image', 'components', 'foreground'];
    const grid = isClip
      ? renderGrid(rows, {
          columnTitles: steps.map(({ frame }) => `frame ${frame + 1}`),
          rowTitles: samples.flatMap(() => titles),
        })
      : renderGrid(rows, { columnTitles: titles });
    await writeFileAtomic(options.output, await encodePng(grid));
    const which = options.layer === undefined ? 'the final tokens' : `layer ${layer}`;
    environment.stdout.write(
      `${options.output}: principal components of ${which} of ${path}, for ${formatCount(samples.length)} of ${formatCount(source.length)} ${source.noun ?? 'images'}, on ${engine.name}\n`,
    );
  });
}

/** Features of each patch or cube: the final ones, or the raw output of a layer that was asked for. `[N, D]` */
async function featuresOf(
  pixels: Float32Array,
  { encoder, input }: Shown,
  layer: number | undefined,
): Promise<Float32Array> {
  const tokens = tf.tidy(() => {
    const wanted = layer === undefined ? {} : { collect: [layer], stopAfter: layer };
    const { output, features } = encoder.encode(encoder.embed(tf.tensor(pixels, [1, ...inputShapeOf(input)])), wanted);
    return tf.slice(features[0] ?? output, [encoder.prefixTokens, 0, 0]); // [N, 1, D]
  });
  const values = (await tokens.data()) as Float32Array;
  tokens.dispose();
  return values;
}
