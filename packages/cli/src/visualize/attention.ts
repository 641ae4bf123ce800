import { writeFileAtomic } from '@masked-distill/base/files';
import { attentionRollout } from '@masked-distill/eval';
import { encodePng, type RgbImage, renderGrid } from '@masked-distill/image-data';
import { attentionWeights } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { inputShapeOf } from '../data/modality.ts';
import type { Environment } from '../environment.ts';
import { renderHeat } from '../pictures/heat.ts';
import { formatCount } from '../progress/format.ts';
import { drawShown, type EncoderPictureOptions, type Shown, shownSteps, withShown } from './open-shown.ts';

/** Samples shown where nobody says how many. */
const COUNT = { image: 6, clip: 2 } as const;

/**
 * Draws where an encoder looks: attention rollout up to a layer, and each head of that layer; of clips, over their steps.
 *
 * @throws InputError when weights or samples can't be used
 */
export async function visualizeAttention(options: EncoderPictureOptions, environment: Environment): Promise<void> {
  await withShown(options, environment, async (shown) => {
    const { encoder, input, layer, source, path, engine } = shown;
    const isClip = input.frames > 1;
    const samples = await drawShown(shown, {
      seed: options.seed,
      count: options.count ?? (isClip ? COUNT.clip : COUNT.image),
    });
    const steps = shownSteps(encoder);
    const rows: RgbImage[][] = [];
    const titles: string[] = [];
    for (const { pixels } of samples) {
      const maps = await mapsOf(pixels, shown);
      const heat = (map: Float32Array, at: { step: number; frame: number }) => {
        const { h, w } = encoder.grid;
        const values = map.subarray(at.step * h * w, (at.step + 1) * h * w);
        return renderHeat(shown.picture(pixels, at.frame), { values, rows: h, columns: w });
      };
      if (isClip) {
        rows.push(steps.map(({ frame }) => shown.picture(pixels, frame)));
        rows.push(steps.map((at) => heat(maps.rollout, at)));
        rows.push(steps.map((at) => heat(maps.mean, at)));
        titles.push('clip', 'rollout', `layer ${layer}`);
      } else rows.push([shown.picture(pixels), ...[maps.rollout, ...maps.heads].map((map) => heat(map, steps[0]!))]);
    }
    const columnTitles = isClip
      ? steps.map(({ frame }) => `frame ${frame + 1}`)
      : ['image', 'rollout', ...Array.from({ length: shown.heads }, (_, i) => `head ${i + 1}`)];
    const grid = renderGrid(rows, isClip ? { columnTitles, rowTitles: titles } : { columnTitles });
    await writeFileAtomic(options.output, await encodePng(grid));
    const from = encoder.prefixTokens > 0 ? 'of the class token' : 'of all tokens together';
    environment.stdout.write(
      `${options.output}: attention ${from} in layer ${layer} of ${path}, and rollout up to it, for ${formatCount(samples.length)} of ${formatCount(source.length)} ${source.noun ?? 'images'}, on ${engine.name}\n`,
    );
  });
}

/** What is looked at, for each patch or cube in the order of the grid. */
interface Maps {
  readonly rollout: Float32Array;
  readonly heads: readonly Float32Array[];
  readonly mean: Float32Array;
}

async function mapsOf(pixels: Float32Array, { encoder, heads, layer, input }: Shown): Promise<Maps> {
  const { prefixTokens } = encoder;
  const [rollout, own] = tf.tidy(() => {
    const tokens = encoder.embed(tf.tensor(pixels, [1, ...inputShapeOf(input)]));
    const before = Array.from({ length: layer - 1 }, (_, i) => i + 1);
    const inputs =
      layer === 1 ? [tokens] : [tokens, ...encoder.encode(tokens, { collect: before, stopAfter: layer - 1 }).features];
    const means: tf.Tensor4D[] = [];
    let last: tf.Tensor4D | undefined;
    for (const [i, each] of inputs.entries()) {
      last = attentionWeights(encoder, each, { layer: i + 1, heads });
      // Their mean is all that rollout needs of the heads; a clip's weights are large.
      means.push(tf.mean(last, 1, true) as tf.Tensor4D);
    }
    return [seen(tf.expandDims(attentionRollout(means), 1)), seen(last!)];
  });

  /** What is looked at by the class token, or else by all tokens together: `[1, H, N, N]` → `[H, N - prefix]`. */
  function seen(weights: tf.Tensor): tf.Tensor2D {
    const [, count, n] = weights.shape as [number, number, number, number];
    const rows = prefixTokens > 0 ? tf.slice(weights, [0, 0, 0, 0], [1, count, 1, n]) : tf.mean(weights, 2, true);
    const patches = tf.slice(rows, [0, 0, 0, prefixTokens], [1, count, 1, n - prefixTokens]);
    return tf.reshape(patches, [count, n - prefixTokens]);
  }

  const [rolled, perHead] = [(await rollout!.data()) as Float32Array, (await own!.data()) as Float32Array];
  tf.dispose([rollout!, own!]);
  const count = perHead.length / heads;
  const each = Array.from({ length: heads }, (_, head) => perHead.slice(head * count, (head + 1) * count));
  const mean = Float32Array.from({ length: count }, (_, i) => each.reduce((sum, map) => sum + map[i]! / heads, 0));
  return { rollout: rolled, heads: each, mean };
}
