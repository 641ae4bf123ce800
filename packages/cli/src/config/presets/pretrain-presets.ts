import type { PretrainPatch } from '../pretrain-config.ts';
import { maeVitBIn1k, maeVitHIn1k, maeVitLIn1k } from './mae-in1k.ts';
import { modelNames, modelSizesOf, sizeNameOf, videoModelNames } from './model-sizes.ts';
import type { Preset } from './preset.ts';
import { quickstartPreset, quickstartTeacherPreset } from './quickstart.ts';
import { quickstartVideoPreset, quickstartVideoPretrainedTeacherPreset } from './quickstart-video.ts';
import { videomaePresets } from './videomae.ts';

/** The sizes of model. */
export const modelPresets = [...modelNames, ...videoModelNames].map((preset): [string, Preset<PretrainPatch>] => {
  const { width, depth, heads, decoder } = modelSizesOf(preset);
  const ofClips = sizeNameOf(preset).isVideo ? ' of clips' : '';
  const is = `model${ofClips} of ${width}/${depth}/${heads} (width, depth, heads), decoder ${decoder.width}/${decoder.depth}/${decoder.heads}`;
  return [preset, { is, config: { model: { preset } } }];
});

/** What `--preset` takes for `pretrain`: the sizes of model, and whole recipes. */
export const pretrainPresets: ReadonlyMap<string, Preset<PretrainPatch>> = new Map([
  ...modelPresets,
  ['mae-vit-b-in1k', maeVitBIn1k],
  ['mae-vit-l-in1k', maeVitLIn1k],
  ['mae-vit-h-in1k', maeVitHIn1k],
  ...videomaePresets,
  ['quickstart', quickstartPreset],
  ['quickstart-teacher', quickstartTeacherPreset],
  ['quickstart-video', quickstartVideoPreset],
  ['quickstart-video-teacher', quickstartVideoPretrainedTeacherPreset],
]);
