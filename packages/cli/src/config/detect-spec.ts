import type { ConfigSpec } from './config-spec.ts';
import { detectKeys } from './detect-config.ts';
import { encoderSizes } from './finetune-spec.ts';
import { lengthAlternatives } from './optim-keys.ts';
import { detectPresets } from './presets/detect-ava.ts';
import { freeRunPaths } from './run-keys.ts';

/** The configuration of `detect`. What the file of `model.init` decides is filled in once it is open. */
export const detectSpec: ConfigSpec<typeof detectKeys> = {
  verb: 'detect',
  keys: detectKeys,
  presets: detectPresets,
  alternatives: lengthAlternatives,
  expansions: [
    {
      path: 'model.preset',
      values(name) {
        const sizes = encoderSizes(name);
        if (!sizes) return undefined;
        const { classToken: _, ...model }: { classToken?: boolean; frames: number } = sizes.model;
        return { model };
      },
    },
  ],
  // Videos are compared by their names and sizes. What it is judged by changes nothing of what is learned.
  freeAtResume: new Set([
    ...['data.train', 'data.val', 'data.valBoxes', 'data.minBoxScore', 'data.detectionsPerFrame'],
    ...['data.exclude', 'data.videos', 'data.workers', 'data.reader'],
    'optim.gradientCheckpointing',
    ...freeRunPaths,
  ]),
  check() {},
};
