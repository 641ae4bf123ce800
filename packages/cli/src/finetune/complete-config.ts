import { InputError } from '@masked-distill/base';
import { IMAGENET_MEAN, IMAGENET_STD } from '@masked-distill/image-data';
import type { ImageEncoderConfig, VideoEncoderConfig } from '@masked-distill/vit';
import { checkEncoder } from '../config/checks.ts';
import type { CompleteFinetuneConfig, DecidedByInit, FinetuneConfig, OfClips } from '../config/finetune-config.ts';
import { show } from '../config/layer.ts';
import { isVideo, modelNameOf } from '../config/model-name.ts';
import { modelSizes } from '../config/presets/model-sizes.ts';
import type { Normalization } from '../evaluation/normalization-of.ts';

/** What the file of `model.init` says. */
export interface InitFacts {
  /** What the user called it. */
  readonly source: string;
  /** What its encoder is made of. */
  readonly encoder: ImageEncoderConfig | VideoEncoderConfig;
  /** How its pixels were normalised, where it says so. */
  readonly normalization?: Normalization;
}

type ModelSettings = Pick<FinetuneConfig['model'], DecidedByInit>;

type Decided = Pick<CompleteFinetuneConfig['model'], Exclude<DecidedByInit, OfClips>> &
  Partial<Pick<CompleteFinetuneConfig['model'], OfClips>>;

/**
 * Fills in what was not given: from the file of init, or with fresh weights from the model `tiny` at 224 pixels.
 *
 * @throws InputError when something was given that the encoder of init is not, or sizes do not fit each other
 */
export function completeConfig(config: FinetuneConfig, init?: InitFacts): CompleteFinetuneConfig {
  const model = completeModel(config.model, init);
  checkClassifier(model);
  // In the order of the keys, so that config.yaml reads as --print-config does.
  const ordered = Object.fromEntries(MODEL_ORDER.map((name) => [name, model[name]])) as typeof model;
  return {
    ...config,
    model: { ...ordered, preset: modelNameOf(model) },
    data: { ...config.data, ...completeNormalization(config.data, init) },
  };
}

/** Fills in what was not said of an encoder, as {@link completeConfig} does. */
export function completeModel<Model extends ModelSettings>(settings: Model, init?: InitFacts): Model & Decided {
  const given = definedOnly(settings);
  const sizes = init ? sizesOf(init.encoder) : freshSizes(settings);
  if (init) refuseOthers(given, { sizes, source: init.source });
  const model = { ...settings, ...sizes, ...given };
  checkEncoder(model);
  return model;
}

/** How pixels are normalised: as was said, as those of init were, or by ImageNet's mean and deviation. */
export function completeNormalization(given: Partial<Normalization>, init?: InitFacts): Normalization {
  const { mean = IMAGENET_MEAN, std = IMAGENET_STD } = { ...init?.normalization, ...definedOnly(given) };
  return { mean, std };
}

const MODEL_ORDER = [
  ...(['init', 'preset', 'width', 'depth', 'heads', 'mlpRatio', 'patch', 'imageSize', 'classToken'] as const),
  ...([
    'frames',
    'tubelet',
    'positions',
    'inflate',
    'pooling',
    'dropPath',
    'headDropout',
    'freeze',
    'headInitScale',
  ] as const),
];

const { width, depth, heads } = modelSizes.tiny;

/** The model `tiny` at 224 pixels; clips have no class token. */
function freshSizes({ frames = 1 }: ModelSettings): Decided {
  const clip = isVideo({ frames });
  return {
    width,
    depth,
    heads,
    mlpRatio: 4,
    classToken: !clip,
    frames,
    ...(clip && { tubelet: 2, positions: 'sinusoid' }),
    patch: [16, 16],
    imageSize: [224, 224],
  };
}

function sizesOf({ mlpRatio = 4, ...encoder }: ImageEncoderConfig | VideoEncoderConfig): Decided {
  const { width, depth, heads, patch, imageSize } = encoder;
  return {
    width,
    depth,
    heads,
    mlpRatio,
    patch: [patch.h, patch.w],
    imageSize: [imageSize.h, imageSize.w],
    ...('frames' in encoder
      ? {
          classToken: false,
          frames: encoder.frames,
          tubelet: encoder.patch.t,
          positions: encoder.positions ?? 'sinusoid',
        }
      : { classToken: encoder.classToken ?? true, frames: 1 }),
  };
}

/** @throws InputError when what stands on the encoder does not fit it */
function checkClassifier(model: CompleteFinetuneConfig['model']): void {
  if (model.pooling === 'class' && !model.classToken) {
    throw new InputError("model.pooling: there is no class token to take; leave it out, or pool the 'mean'");
  }
  checkFreeze(model);
}

/** @throws InputError when there are fewer blocks than are to stay as they are */
export function checkFreeze({ depth, freeze }: Pick<CompleteFinetuneConfig['model'], 'depth' | 'freeze'>): void {
  if (freeze > depth) {
    throw new InputError(`model.freeze: ${freeze} blocks were to stay as they are, and there are ${depth}; lower it`);
  }
}

/** The size of an image or clip may differ: positions are interpolated. */
const FIXED_BY_INIT = ['width', 'depth', 'heads', 'mlpRatio', 'patch', 'classToken', 'tubelet', 'positions'] as const;

function refuseOthers(given: Partial<Decided>, { sizes, source }: { sizes: Decided; source: string }): void {
  for (const name of FIXED_BY_INIT) {
    if (given[name] === undefined || show(given[name]) === show(sizes[name])) continue;
    throw new InputError(
      `model.${name}: ${show(given[name])} was given, and the encoder of ${source} has ${show(sizes[name])}; leave it out, or take --init none`,
    );
  }
}

function definedOnly<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
