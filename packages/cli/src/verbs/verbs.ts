import type { Verb } from '../program.ts';
import { detectVerb } from './detect.ts';
import { distillVerb } from './distill.ts';
import { doctorVerb } from './doctor.ts';
import { evalVerb } from './eval.ts';
import { evalDetectionsVerb } from './eval-detections.ts';
import { exportVerb } from './export.ts';
import { extractVerb } from './extract.ts';
import { finetuneVerb } from './finetune.ts';
import { inspectVerb } from './inspect.ts';
import { predictVerb } from './predict.ts';
import { pretrainVerb } from './pretrain.ts';
import { probeVerb } from './probe.ts';
import { quickstartVerb } from './quickstart.ts';
import { visualizeVerb } from './visualize.ts';

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [
  quickstartVerb,
  pretrainVerb,
  distillVerb,
  finetuneVerb,
  probeVerb,
  detectVerb,
  evalVerb,
  evalDetectionsVerb,
  predictVerb,
  extractVerb,
  visualizeVerb,
  exportVerb,
  inspectVerb,
  doctorVerb,
];
