import type { Expansion } from './config-spec.ts';
import { type ModelName, modelNames, modelSizes, modelSizesOf, videoModelNames } from './presets/model-sizes.ts';

/**
 * What `model.preset` sets: all sizes, decoder included, and for clips VideoMAE's masks and crops: what is next to a token in time would give it
 * away, and some motions are told from others by left and right.
 *
 * @param mask what else of the masks goes with a model of clips
 */
export function modelExpansion(mask: { teacherRatio?: number } = {}): Expansion {
  return {
    path: 'model.preset',
    values: (name) => {
      const known = [...modelNames, ...videoModelNames].find((each) => each === name);
      if (known === undefined) return undefined;
      const model = modelSizesOf(known);
      if (!isVideo(model)) return { model };
      return { model, mask: { type: 'tube', ratio: 0.9, ...mask }, data: { crop: 'multi-scale', flip: false } };
    },
  };
}

/** Sizes of an encoder, as far as they are known. */
interface Sizes {
  readonly width?: number;
  readonly depth?: number;
  readonly heads?: number;
  readonly frames?: number;
}

/** The preset whose encoder has these sizes, so that a configuration never calls itself what it is not. */
export function modelNameOf(sizes: Sizes): ModelName | 'custom' {
  const same = modelNames.find((name) => {
    const { width, depth, heads } = modelSizes[name];
    return width === sizes.width && depth === sizes.depth && heads === sizes.heads;
  });
  if (same === undefined) return 'custom';
  return isVideo(sizes) ? `video-${same}` : same;
}

/** Whether a model takes clips. */
export const isVideo = ({ frames = 1 }: { readonly frames?: number }): boolean => frames > 1;
