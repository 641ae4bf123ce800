import { createRng } from '@masked-distill/base';
import type { RowIndex } from '@masked-distill/tensor-core';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backboneConformance, type EncodeOptions, ImageEncoder, type ImageEncoderConfig } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

const square: ImageEncoderConfig = {
  imageSize: { h: 16, w: 16 },
  patch: { h: 4, w: 4 },
  width: 16,
  depth: 3,
  heads: 2,
};
const configs: Record<string, ImageEncoderConfig> = {
  'with a class token': square,
  'without a class token': { ...square, classToken: false },
  'not square': { ...square, imageSize: { h: 32, w: 48 }, patch: { h: 8, w: 16 } },
  'with trained positions and no final norm': { ...square, trainPositions: true, finalNorm: false },
};

onEachEngine('ImageEncoder', () => {
  describe.each(Object.entries(configs))('%s', (_, config) => {
    const cases = backboneConformance(() => new ImageEncoder(config, { rng: createRng(0) }), {
      inputShape: [config.imageSize.h, config.imageSize.w, 3],
    });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());
  });
});

class BatchFirst extends ImageEncoder {
  override embed(pixels: tf.Tensor, keep?: RowIndex) {
    return tf.transpose(super.embed(pixels, keep), [1, 0, 2]) as tf.Tensor3D;
  }
}

class PositionsInOrder extends ImageEncoder {
  override embed(pixels: tf.Tensor, keep?: RowIndex) {
    const order = tf.reshape(tf.range(0, this.width), [1, 1, -1]);
    const tokens = super.embed(pixels, keep);
    return tf.add(tokens, tf.mul(tf.reshape(tf.range(0, tokens.shape[0]), [-1, 1, 1]), order)) as tf.Tensor3D;
  }
}

class DoublesEarlyStops extends ImageEncoder {
  override encode(tokens: tf.Tensor3D, options: EncodeOptions = {}) {
    const { output, features } = super.encode(tokens, options);
    return { output: options.stopAfter ? (tf.mul(output, 2) as tf.Tensor3D) : output, features };
  }
}

class AnyLayer extends ImageEncoder {
  override encode(tokens: tf.Tensor3D, { collect, stopAfter, ...options }: EncodeOptions = {}) {
    const inside = (layer: number) => Math.max(1, Math.min(this.depth, layer));
    return super.encode(tokens, {
      ...options,
      collect: collect?.map(inside),
      stopAfter: inside(stopAfter ?? this.depth),
    });
  }
}

class MixesBatch extends ImageEncoder {
  override encode(tokens: tf.Tensor3D, options?: EncodeOptions) {
    return super.encode(tf.sub(tokens, tf.mean(tokens, 1, true)), options);
  }
}

class UnusedParameter extends ImageEncoder {
  readonly unused = this.parameter('unused', [1], Float32Array.of(1));
}

onEachEngine('the conformance suite', () => {
  const complaints = async (Broken: typeof ImageEncoder) => {
    const messages: string[] = [];
    const create = () => new Broken({ ...square, depth: 2 }, { rng: createRng(0) });
    for (const { run } of backboneConformance(create, { inputShape: [16, 16, 3] })) {
      await run().catch((error: Error) => messages.push(error.message));
    }
    return messages.join('\n');
  };

  it('has nothing to say of a sound backbone', async () => {
    expect(await complaints(ImageEncoder)).toBe('');
  });

  it.each<[string, typeof ImageEncoder, RegExp]>([
    ['tokens batch-first', BatchFirst, /^backbone: embed gives \[2,17,16\], not \[17,2,16\]/],
    ['positions that ignore which tokens are kept', PositionsInOrder, /backbone: tokens embedded alone differ by \d/],
    ['another output when it stops early', DoublesEarlyStops, /backbone: an early stop applies more than the blocks/],
    ['no check of layers', AnyLayer, /backbone: encode\(\{"collect":\[0\]\}\) throws no InputError/],
    ['samples that see each other', MixesBatch, /backbone: a sample's tokens differ by \d.* in other company/],
    ['a variable that is never used', UnusedParameter, /backbone: unused receives no gradient/],
  ])('finds %s', async (_, Broken, complaint) => {
    expect(await complaints(Broken)).toMatch(complaint);
  });

  it('finds tensors that are left over', async () => {
    const kept: tf.Tensor[] = [];
    class Leaks extends ImageEncoder {
      override embed(pixels: tf.Tensor, keep?: RowIndex) {
        const tokens = tf.keep(super.embed(pixels, keep));
        kept.push(tokens);
        return tokens;
      }
    }
    expect(await complaints(Leaks)).toMatch(/^backbone: 1 tensors are left after dispose\(\)/);
    tf.dispose(kept);
  });
});
