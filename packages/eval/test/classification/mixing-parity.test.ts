import { softmaxCrossEntropy, useEngine } from '@masked-distill/tensor-core';
import { engineTests, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Mix, mixPixels, softTargets } from '../../src/index.ts';

/** A logit's derivative of the mean cross-entropy in float64: (softmax · Σ targets − target) / samples. */
function gradientOf(logits: ArrayLike<number>, targets: ArrayLike<number>, classes: number): number[] {
  const samples = logits.length / classes;
  return Array.from({ length: samples }, (_, row) => {
    const own = Array.from({ length: classes }, (_, c) => logits[row * classes + c]!);
    const wanted = own.map((_, c) => targets[row * classes + c]!);
    const exponentials = own.map(Math.exp);
    const total = exponentials.reduce((a, b) => a + b);
    const mass = wanted.reduce((a, b) => a + b);
    return wanted.map((target, c) => ((exponentials[c]! / total) * mass - target) / samples);
  }).flat();
}

describe.skipIf(!hasFixtures)('parity with VideoMAE’s Mixup and timm’s losses (needs ../shared/fixtures)', () => {
  const fixture = hasFixtures ? readFixture('mixup_losses') : undefined!;
  const detail = fixture?.facts.detail;
  const labels = Int32Array.from(fixture?.tensor('labels').values ?? []);
  const classes = 5;
  const all = (mix: Mix) => labels.length > 0 && Array.from(labels, () => mix);

  /** `[B, 3, T, H, W]` → `[B, T, H, W, 3]`. */
  const channelsLast = (name: string) => {
    const { values, shape } = fixture.tensor(name);
    const pixels = shape.slice(2).reduce((a, b) => a * b);
    return Float32Array.from(values, (_, i) => {
      const [sample, pixel, channel] = [Math.floor(i / (3 * pixels)), Math.floor(i / 3) % pixels, i % 3];
      return values[(sample * 3 + channel) * pixels + pixel]!;
    });
  };
  const boxOf = ([top, bottom, left, right]: [number, number, number, number]) => ({
    top,
    left,
    height: bottom - top,
    width: right - left,
  });

  it('targets, smoothed and mixed', () => {
    const cases = [...detail.mixup_target, detail.mixup_batch];
    expect(cases).toHaveLength(4);
    for (const { lam, smoothing, target } of cases) {
      const mixes = all({ share: lam }) as Mix[];
      const targets = softTargets(labels, { classes, labelSmoothing: smoothing, mixes });
      expect(maxDifference(targets, target.flat())).toBeLessThan(1e-7);
    }
  });

  it('mixup of clips', () => {
    const pixels = channelsLast('clip');
    mixPixels(pixels, { shape: [4, 2, 12, 12, 3], mixes: all({ share: 0.35 }) as Mix[] });
    expect(maxDifference(pixels, channelsLast('mixup.lam0.35'))).toBeLessThan(1e-6);
  });

  it.each([1, 2])('cutmix of clips %i, whose true area corrects the share', (which) => {
    const { box_yl_yh_xl_xh: edges, lam_corrected: share, target, smoothing } = detail[`cutmix_batch_${which}`];
    const mixes = all({ share, box: boxOf(edges) }) as Mix[];
    const pixels = channelsLast('clip');
    mixPixels(pixels, { shape: [4, 2, 12, 12, 3], mixes });
    expect(maxDifference(pixels, channelsLast(`cutmix.${which}`))).toBe(0);
    const targets = softTargets(labels, { classes, labelSmoothing: smoothing, mixes });
    expect(maxDifference(targets, target.flat())).toBeLessThan(1e-7);
  });

  engineTests(useEngine)('losses', () => {
    it('hard, smoothed, mixed and cut, and their gradients', async () => {
      const { values, shape } = fixture.tensor('logits');
      const logits = tf.tensor2d(values, shape as [number, number]);
      const cut = detail.cutmix_batch_1;
      const cases: [string, Float32Array][] = [
        ['ce', softTargets(labels, { classes })],
        ['label_smoothing_0_1', softTargets(labels, { classes, labelSmoothing: 0.1 })],
        ['torch_ce_label_smoothing_0_1', softTargets(labels, { classes, labelSmoothing: 0.1 })],
        [
          'soft_target_mixup',
          softTargets(labels, { classes, labelSmoothing: 0.1, mixes: all({ share: detail.mixup_batch.lam }) as Mix[] }),
        ],
        [
          'soft_target_cutmix_1',
          softTargets(labels, { classes, labelSmoothing: 0.1, mixes: all({ share: cut.lam_corrected }) as Mix[] }),
        ],
      ];
      for (const [name, targets] of cases) {
        const loss = (x: tf.Tensor) => softmaxCrossEntropy(x as tf.Tensor2D, tf.tensor2d(targets, [4, classes]));
        expect((await loss(logits).data())[0], name).toBeCloseTo(detail.losses[name], 5);
        const gradient = await tf.grad(loss)(logits).data();
        expect(maxDifference(gradient, gradientOf(values, targets, classes)), name).toBeLessThan(1e-6);
      }
    });
  });
});
