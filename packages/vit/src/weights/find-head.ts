import { InputError } from '@masked-distill/base';
import type { LazyTensor } from '@masked-distill/tensor-core';
import type { EncoderWeights } from './find-encoder.ts';

/** The classification head that stands beside an encoder in a file, under this project's names. */
export interface HeadWeights {
  /** Number of classes. */
  readonly classes: number;
  /** What the head looks at: the mean of the tokens, then normalised; else the class token or, of clips, the first cube's, normalised. */
  readonly pooling: 'mean' | 'class' | 'first';
  /** `head.weight` and `head.bias`, and with the pooling 'mean' `fc_norm.weight` and `fc_norm.bias`. Read when asked. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
}

/** What the field calls a head: `head` in MAE, timm and VideoMAE, `classifier` in transformers. */
const HEAD = /(^|\.)(head|classifier)\.weight$/;
const FEATURE_NORM = /(^|\.)fc_norm\.weight$/;
/** A masked autoencoder's decoder ends in a head too. */
const NO_HEAD = /(^|\.)(decoder|generators)\b/;

/**
 * Finds the head of a classifier among the tensors of its file. A norm of the mean, `fc_norm`, tells that the head looks at it; without
 * one it looks at the class token, or the first cube's.
 *
 * @param tensors all tensors of the file
 * @param encoder what `findEncoder` made of them
 * @returns undefined where there is no head, as after pre-training
 * @throws InputError when there is more than one, its shape does not fit the encoder, or it is of a kind that is not known here
 */
export function findHead(
  tensors: ReadonlyMap<string, LazyTensor>,
  { source, description }: Pick<EncoderWeights, 'source' | 'description'>,
): HeadWeights | undefined {
  const { width } = description;
  const heads = [...tensors.keys()].filter((name) => HEAD.test(name) && !NO_HEAD.test(name));
  const [name] = heads;
  if (name === undefined) return undefined;
  if (heads.length > 1) {
    throw new InputError(`weights: ${source} holds more than one head (${heads.join(', ')}); save the one meant alone`);
  }
  const weight = tensors.get(name)!;
  const norm = [...tensors.keys()].find((each) => FEATURE_NORM.test(each));
  if (norm === undefined && !description.classToken && description.kind === 'image') {
    throw new InputError(
      `weights: ${source} has a head but neither an fc_norm nor a class token for it to look at; give a classifier as MAE, timm or VideoMAE saves it`,
    );
  }
  const found = new Map<string, LazyTensor>();
  const take = (ours: string, theirs: string, shape: readonly number[]) => {
    for (const [part, expected] of [
      ['weight', shape],
      ['bias', shape.slice(0, 1)],
    ] as const) {
      const tensor = tensors.get(`${theirs}.${part}`);
      if (!tensor) throw new InputError(`weights: ${source} has no ${theirs}.${part}; save or download it again`);
      if (`${tensor.shape}` !== `${expected}`) {
        throw new InputError(
          `weights: ${theirs}.${part} is [${tensor.shape}] in ${source}, where a head on an encoder of width ${width} has [${expected}]; it is of another architecture`,
        );
      }
      found.set(`${ours}.${part}`, tensor);
    }
  };
  const classes = weight.shape[0] ?? 0;
  take('head', name.slice(0, -'.weight'.length), [classes, width]);
  if (norm !== undefined) take('fc_norm', norm.slice(0, -'.weight'.length), [width]);
  const token = description.classToken ? 'class' : 'first';
  return { classes, pooling: norm === undefined ? token : 'mean', tensors: found };
}
