import { InputError } from '@masked-distill/base';
import type { TokenGrid } from '@masked-distill/masking';
import { resolveLr } from './learning-rate.ts';
import { maskRatiosOf, maskSamplerOf } from './mask-sampler.ts';
import { isVideo } from './model-name.ts';
import type { PretrainConfig } from './pretrain-config.ts';
import type { RunConfig } from './run-config.ts';

/**
 * Checks what no key can tell alone: that sizes divide each other, that a mask leaves something, that a warm-up fits into its run.
 *
 * @throws InputError naming the first thing that does not fit
 */
export function checkPretrainConfig(config: PretrainConfig): void {
  const { model, mask } = config;
  checkEncoder(model);
  checkHeads(model.decoder, 'model.decoder');
  maskSamplerOf(mask, maskRatiosOf({ mask: { ratio: mask.ratio }, model })).counts(tokenGrid(model));
  checkRun(config);
}

/** The sizes of an encoder, as a configuration gives them. */
export interface EncoderSizes {
  /** Height and width of an image. */
  readonly imageSize: readonly [number, number];
  /** Height and width of a patch. */
  readonly patch: readonly [number, number];
  /** Frames of a clip; 1 or nothing for images. */
  readonly frames?: number;
  /** Frames of a cube. */
  readonly tubelet?: number;
  /** Whether there is a class token. */
  readonly classToken?: boolean;
  /** Width of a token. */
  readonly width?: number;
  /** Attention heads. */
  readonly heads?: number;
}

/**
 * Checks that an encoder's sizes divide each other.
 *
 * @throws InputError naming what does not, and what would
 */
export function checkEncoder(model: EncoderSizes): void {
  checkPatches(model);
  checkHeads(model, 'model');
  if (isVideo(model)) checkClip(model);
}

/**
 * Checks that crops are intervals, that a warm-up fits into its run, and that the learning rate does not rise to its end.
 *
 * @throws InputError naming the first thing that does not fit
 */
export function checkRun(config: RunConfig): void {
  const { data, optim } = config;
  for (const name of ['scale', 'ratio'] as const) {
    const [low, high] = data[name];
    if (low > high) throw new InputError(`data.${name}: [${low}, ${high}] begins with the larger; swap them`);
  }
  checkWarmup(optim);
  const lr = resolveLr(config);
  if (optim.minLr > lr) throw new InputError(`optim.minLr: ${optim.minLr} is above the learning rate ${lr}; lower it`);
}

/** Slices of a clip, and rows and columns of patches in each; an image has one slice. */
export function tokenGrid(model: EncoderSizes): TokenGrid {
  const { frames = 1, tubelet = 1, imageSize, patch } = model;
  return { t: isVideo(model) ? frames / tubelet : 1, h: imageSize[0] / patch[0], w: imageSize[1] / patch[1] };
}

function checkClip({ frames = 1, tubelet = 1, classToken }: EncoderSizes): void {
  if (frames % tubelet !== 0) {
    const fitting = Math.max(1, Math.round(frames / tubelet)) * tubelet;
    throw new InputError(
      `model.tubelet: ${tubelet} does not divide the clip of ${frames} frames; set model.frames to ${fitting} or change model.tubelet`,
    );
  }
  if (classToken) {
    throw new InputError(
      'model.classToken: an encoder of clips has none; add --no-class-token, or name a model of clips such as --model video-tiny',
    );
  }
}

function checkPatches({ imageSize, patch }: EncoderSizes): void {
  if (imageSize[0] % patch[0] === 0 && imageSize[1] % patch[1] === 0) return;
  const fitting = imageSize.map((side, i) => Math.max(1, Math.round(side / patch[i]!)) * patch[i]!);
  throw new InputError(
    `model.patch: ${patch.join('x')} does not divide the image of ${imageSize.join('x')}; ` +
      `set model.imageSize to ${fitting.join('x')} or change model.patch`,
  );
}

function checkHeads(sizes: { width?: number; heads?: number }, where: string): void {
  const { width, heads } = sizes as { width: number; heads: number };
  if (width % 4 !== 0) {
    throw new InputError(
      `${where}.width: ${width} is not a multiple of 4, which the 2-D position table needs; take ${nearestMultiple(width, 4)}`,
    );
  }
  if (width % heads === 0) return;
  const divisors = Array.from({ length: width }, (_, i) => i + 1).filter((n) => width % n === 0);
  const nearest = divisors.reduce((best, n) => (Math.abs(n - heads) < Math.abs(best - heads) ? n : best));
  throw new InputError(`${where}.heads: ${heads} does not divide ${where}.width ${width}; take ${nearest}`);
}

function checkWarmup({ epochs, steps, warmupEpochs, warmupSteps }: RunConfig['optim']): void {
  const check = (unit: 'Epochs' | 'Steps', warmup?: number, run?: number) => {
    if (warmup === undefined || run === undefined || warmup < run) return;
    const units = unit.toLowerCase();
    throw new InputError(
      `optim.warmup${unit}: a warm-up of ${warmup} ${units} leaves nothing of the run's ${run}; shorten it or lengthen the run`,
    );
  };
  check('Epochs', warmupEpochs, epochs);
  check('Steps', warmupSteps, steps);
}

const nearestMultiple = (n: number, of: number) => Math.max(of, Math.round(n / of) * of);
