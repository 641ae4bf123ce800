import { InputError, type Rng } from '@masked-distill/base';
import { ImageEncoder, type ImageEncoderConfig } from '../image-encoder.ts';
import { VideoEncoder, type VideoEncoderConfig } from '../video-encoder.ts';
import type { EncoderWeights } from './find-encoder.ts';
import { type EncoderLoadReport, loadEncoder } from './load-encoder.ts';

/** Gives zeros and draws nothing, for variables that are filled at once. */
export const noNumbers: Rng = {
  uniform: () => 0,
  integer: () => 0,
  normal: () => 0,
  permutation: (n) => new Int32Array(n),
};

/**
 * The configuration of the image encoder that a file holds.
 *
 * @param options what should differ, or is not known of the file: the image's size, the heads
 * @throws InputError when the file's encoder is of clips, or its heads are not known
 */
export function imageEncoderConfig(
  weights: EncoderWeights,
  options: Partial<ImageEncoderConfig> = {},
): ImageEncoderConfig {
  const { grid, patch, classToken } = weights.description;
  if (weights.description.kind !== 'image') {
    throw new InputError(`weights: ${weights.source} holds an encoder of clips; give one of images`);
  }
  return {
    ...transformerConfig(weights, options.heads),
    imageSize: { h: grid!.h * patch.h, w: grid!.w * patch.w },
    patch: { h: patch.h, w: patch.w },
    ...(classToken ? {} : { classToken }),
    ...options,
  };
}

/**
 * The configuration of the video encoder that a file holds.
 *
 * @param options what should differ, or is not known of the file: most do not tell `frames` and `imageSize`
 * @throws InputError when the file's encoder is of images, or its heads or the clip's size are not known
 */
export function videoEncoderConfig(
  weights: EncoderWeights,
  options: Partial<VideoEncoderConfig> = {},
): VideoEncoderConfig {
  const { grid, patch, kind, classToken, storedPositions } = weights.description;
  if (kind !== 'video' || classToken) {
    const what = kind === 'video' ? 'with a class token, which the video encoder has not' : 'of images';
    throw new InputError(`weights: ${weights.source} holds an encoder ${what}; give one of clips as VideoMAE has it`);
  }
  const frames = options.frames ?? (grid && grid.t * patch.t);
  const imageSize = options.imageSize ?? (grid && { h: grid.h * patch.h, w: grid.w * patch.w });
  if (frames === undefined || imageSize === undefined) {
    throw new InputError(
      `weights: nothing says how large a clip the encoder in ${weights.source} takes; put a config.json with num_frames and image_size beside it`,
    );
  }
  const stored = storedPositions ? { positions: 'learned' as const } : {};
  return { ...transformerConfig(weights, options.heads), patch, ...stored, ...options, frames, imageSize };
}

function transformerConfig({ source, description }: EncoderWeights, heads = description.heads) {
  const { width, depth, mlpRatio, finalNorm } = description;
  if (heads === undefined) {
    throw new InputError(
      `weights: nothing says how many attention heads the encoder in ${source} has, its width is ${width}; put a config.json with num_attention_heads beside it`,
    );
  }
  return { width, depth, heads, ...(mlpRatio === 4 ? {} : { mlpRatio }), ...(finalNorm ? {} : { finalNorm }) };
}

/** An encoder that {@link createEncoder} made. */
export interface CreatedEncoder {
  /** The encoder, loaded. */
  readonly encoder: ImageEncoder | VideoEncoder;
  /** What it is made of. */
  readonly config: ImageEncoderConfig | VideoEncoderConfig;
  /** What was loaded. */
  readonly report: EncoderLoadReport;
}

/**
 * Builds the encoder that a file holds, without drawing initial values, and loads it.
 *
 * @param options what should differ, or is not known of the file: the input's size, the heads
 * @throws InputError as {@link imageEncoderConfig}, {@link videoEncoderConfig} and {@link loadEncoder} do
 *
 * @example
 * ```ts
 * const file = await openCheckpoint('mae_pretrain_vit_large.pth');
 * const { encoder } = await createEncoder(findEncoder(file.tensors));
 * await file.close();
 * ```
 */
export async function createEncoder(
  weights: EncoderWeights,
  options: Partial<Pick<VideoEncoderConfig, 'frames' | 'imageSize' | 'heads' | 'finalNorm'>> = {},
): Promise<CreatedEncoder> {
  const { encoder, config } = build(weights, options);
  try {
    return { encoder, config, report: await loadEncoder(encoder, weights) };
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

function build(weights: EncoderWeights, options: Parameters<typeof createEncoder>[1] = {}) {
  if (weights.description.kind === 'video') {
    const config = videoEncoderConfig(weights, options);
    return { encoder: new VideoEncoder(config, { rng: noNumbers }), config };
  }
  const { frames: _, ...image } = options;
  const config = imageEncoderConfig(weights, image);
  return { encoder: new ImageEncoder(config, { rng: noNumbers }), config };
}
