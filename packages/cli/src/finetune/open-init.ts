import { InputError } from '@masked-distill/base';
import { imageEncoderConfig } from '@masked-distill/vit';
import type { FinetuneConfig } from '../config/finetune-config.ts';
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
}

/**
 * Opens what `model.init` names.
 *
 * @returns nothing for `none`
 * @throws InputError when nothing was given, or it is no encoder of images
 */
export async function openInit(
  { model: { init, heads } }: FinetuneConfig,
  environment: Environment,
): Promise<OpenInit | undefined> {
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
    const knowsHeads = opened.weights.description.heads !== undefined;
    const encoder = imageEncoderConfig(opened.weights, knowsHeads || heads === undefined ? {} : { heads });
    return {
      ...opened,
      resolved,
      facts: { source: init, encoder, normalization: normalizationOf(opened.file.metadata) },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
