import type { WritableTensors } from '@masked-distill/tensor-core';
import {
  type EncoderWeights,
  imageEncoderConfig,
  toTimm,
  toTransformers,
  videoEncoderConfig,
} from '@masked-distill/vit';
import { DESCRIPTION_KEY } from '../tasks/model-description.ts';
import type { Normalization } from '../weights/read-normalization.ts';
import { preprocessorConfig } from './preprocessor-config.ts';

/** What an encoder becomes in one format. */
export interface ExportedEncoder {
  /** The weights, read when written. */
  readonly tensors: WritableTensors;
  /** The free text in their file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Files beside it, JSON by name; none where the weights are one file on their own. */
  readonly beside: Readonly<Record<string, unknown>>;
  /** A line of code that loads it. */
  readonly load: (out: string) => string;
}

type Format = (weights: EncoderWeights, normalization: Normalization) => ExportedEncoder;

/** What PyTorch's programs look for in a safetensors file. */
const PYTORCH = { format: 'pt' };

const asSafetensors: Format = (weights, { mean, std }) => {
  // With heads or the clip's size unknown there is nothing to say, and the weights are whole without.
  const { heads, grid } = weights.description;
  const video = weights.description.kind === 'video';
  const encoder = () => (video ? videoEncoderConfig(weights) : imageEncoderConfig(weights));
  const known = heads !== undefined && grid !== undefined;
  const description = known && { architecture: 'encoder', model: { encoder: encoder() }, normalization: { mean, std } };
  return {
    tensors: weights.tensors,
    metadata: { ...PYTORCH, ...(description ? { [DESCRIPTION_KEY]: JSON.stringify(description) } : {}) },
    beside: {},
    load: (out) => `createEncoder(findEncoder((await openCheckpoint('${out}')).tensors)) of @masked-distill/vit`,
  };
};

const asTransformers: Format = (weights, normalization) => {
  const { tensors, config } = toTransformers(weights);
  const pooling = weights.description.kind === 'video' ? '' : ', add_pooling_layer=False';
  return {
    tensors,
    metadata: PYTORCH,
    beside: {
      'preprocessor_config.json': preprocessorConfig(weights.description, normalization),
      'config.json': config,
    },
    load: (out) => `transformers.AutoModel.from_pretrained('${out}'${pooling})`,
  };
};

const asTimm: Format = (weights, normalization) => {
  const { tensors, config } = toTimm(weights, { normalization });
  return {
    tensors,
    metadata: PYTORCH,
    beside: { 'config.json': config },
    load: (out) =>
      `timm.create_model('vit_base_patch16_224', num_classes=0, checkpoint_path='${out}/model.safetensors', **json.load(open('${out}/config.json'))['model_args'])`,
  };
};

/** Every format by its name. */
export const exportFormats = { safetensors: asSafetensors, hf: asTransformers, timm: asTimm } as const;

/** Name of a format. */
export type ExportFormat = keyof typeof exportFormats;
