import type { Expansion } from './config-spec.ts';
import { type ModelName, modelNames, modelSizes } from './presets/model-sizes.ts';

/** The sizes that `model.preset` sets, decoder included. */
export const modelExpansion: Expansion = {
  path: 'model.preset',
  values: (name) => {
    const known = modelNames.find((each) => each === name);
    return known && { model: modelSizes[known] };
  },
};

/** The preset whose encoder has these sizes, so that a configuration never calls itself what it is not. */
export function modelNameOf(sizes: { width?: number; depth?: number; heads?: number }): ModelName | 'custom' {
  const same = modelNames.find((name) => {
    const { width, depth, heads } = modelSizes[name];
    return width === sizes.width && depth === sizes.depth && heads === sizes.heads;
  });
  return same ?? 'custom';
}
