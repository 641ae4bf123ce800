import type { FinetunePatch } from '../finetune-config.ts';
import { finetuneVitBIn1k, finetuneVitSIn1k } from './finetune-in1k.ts';
import { finetuneVideoPresets } from './finetune-video.ts';
import type { Preset } from './preset.ts';
import { quickstartVideoTeacherPreset } from './quickstart-video.ts';

/** What `--preset` takes for `finetune`: published recipes, and the teacher of a first look at clips. */
export const finetunePresets: ReadonlyMap<string, Preset<FinetunePatch>> = new Map([
  ['finetune-vit-s-in1k', finetuneVitSIn1k],
  ['finetune-vit-b-in1k', finetuneVitBIn1k],
  ...finetuneVideoPresets,
  ['quickstart-video-teacher', quickstartVideoTeacherPreset],
]);
