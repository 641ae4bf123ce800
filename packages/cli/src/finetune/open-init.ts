import { InputError } from '@masked-distill/base';
import {
  type EncoderWeights,
  findHead,
  type ImageEncoderConfig,
  imageEncoderConfig,
  inflateEncoder,
  loadEncoder,
  type VideoEncoderConfig,
  videoEncoderConfig,
} from '@masked-distill/vit';
import type { FinetuneConfig } from '../config/finetune-config.ts';
import { isVideo } from '../config/model-name.ts';
import type { Environment } from '../environment.ts';
import { normalizationOf } from '../evaluation/normalization-of.ts';
import { type OpenEncoderWeights, openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { type ResolvedWeights, resolveWeights } from '../weights/resolve-weights.ts';
import type { InitFacts } from './complete-config.ts';

/** The weights that a run starts from, open. */
export interface OpenInit extends OpenEncoderWeights {
  /** Which file. */
  readonly resolved: ResolvedWeights;
  /** What it decides of the settings. */
  readonly facts: InitFacts;
  /** Classes of a head that stands in the file; it is left behind. */
  readonly classes?: number;
}

/** What was said of the encoder. */
export type InitSettings = Pick<
  FinetuneConfig['model'],
  'init' | 'inflate' | 'heads' | 'frames' | 'tubelet' | 'imageSize' | 'preset'
>;

/** What VideoMAE's files, which do not say it, are trained on. */
const USUAL_CLIP = { frames: 16, imageSize: [224, 224] } as const;

/**
 * Opens what `model.init` names.
 *
 * @returns nothing for `none`
 * @throws InputError when nothing was given, it is no encoder, or one of images where clips were asked for, or the other way round
 */
export async function openInit(
  { model }: { model: InitSettings },
  environment: Environment,
): Promise<OpenInit | undefined> {
  const { init } = model;
  if (init === undefined) {
    throw new InputError(
      'model.init: nothing to start from was given; add --init PATH (a run, a checkpoint, a file of weights), or --init none',
    );
  }
  if (init === 'none') return undefined;
  const resolved = await resolveWeights(init, { environment });
  for (const { path, reason } of resolved.skipped) environment.stderr.write(`passed over ${path}: ${reason}\n`);
  const opened = await openEncoderWeights(resolved.path);
  try {
    const weights = fitModality(opened.weights, model);
    return {
      ...opened,
      load: (encoder) => loadEncoder(encoder, weights),
      resolved,
      facts: {
        source: init,
        encoder: encoderConfigOf(weights, model),
        normalization: normalizationOf(opened.file.metadata),
      },
      classes: findHead(opened.tensors, opened.weights)?.classes,
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The weights as they serve for what the settings take: images, or clips of so many frames. */
function fitModality(weights: EncoderWeights, { init, inflate, ...model }: InitSettings): EncoderWeights {
  const { frames, tubelet } = model;
  if (inflate) return inflateEncoder(weights, { frames: frames ?? USUAL_CLIP.frames, tubelet });
  const { kind } = weights.description;
  if (kind === 'image' && isVideo(model)) {
    throw new InputError(
      `model.init: ${init} holds an encoder of images, and clips of ${frames} frames were asked for; give an encoder of clips, or add --inflate to repeat this one's patches over time`,
    );
  }
  if (kind === 'video' && frames === 1) {
    throw new InputError(
      `model.init: ${init} holds an encoder of clips, and images were asked for; give an encoder of images, or leave --frames and --model out`,
    );
  }
  return weights;
}

/** What the encoder is made of; what no file tells is as it was given, or as is usual. */
function encoderConfigOf(
  weights: EncoderWeights,
  { heads, frames, imageSize }: InitSettings,
): ImageEncoderConfig | VideoEncoderConfig {
  const { kind, grid, heads: known } = weights.description;
  const named = known !== undefined || heads === undefined ? {} : { heads };
  if (kind === 'image') return imageEncoderConfig(weights, named);
  if (grid) return videoEncoderConfig(weights, named);
  const [h, w] = imageSize ?? USUAL_CLIP.imageSize;
  return videoEncoderConfig(weights, { ...named, frames: frames ?? USUAL_CLIP.frames, imageSize: { h, w } });
}
