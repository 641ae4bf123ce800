import type { DistillPatch } from '../distill-config.ts';
import { amdVitBIn1k, amdVitSIn1k } from './amd-in1k.ts';
import { amdVideoPresets } from './amd-video.ts';
import { dmaeVitBIn1k } from './dmae-in1k.ts';
import type { Preset } from './preset.ts';
import { modelPresets } from './pretrain-presets.ts';
import { quickstartPreset } from './quickstart.ts';
import { quickstartVideoPreset } from './quickstart-video.ts';

/** What `--preset` takes for `distill`: the sizes of student, and whole recipes. */
export const distillPresets: ReadonlyMap<string, Preset<DistillPatch>> = new Map<string, Preset<DistillPatch>>([
  ...modelPresets,
  ['amd-vit-s-in1k', amdVitSIn1k],
  ['amd-vit-b-in1k', amdVitBIn1k],
  ['dmae-vit-b-in1k', dmaeVitBIn1k],
  ...amdVideoPresets,
  ['quickstart', quickstartPreset],
  [
    'quickstart-video',
    {
      ...quickstartVideoPreset,
      config: { ...quickstartVideoPreset.config, mask: { ...quickstartVideoPreset.config.mask, teacherRatio: 0.5 } },
    },
  ],
]);
