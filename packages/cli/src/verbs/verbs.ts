import type { Verb } from '../program.ts';
import { doctorVerb } from './doctor.ts';
import { inspectVerb } from './inspect.ts';
import { pretrainVerb } from './pretrain.ts';
import { quickstartVerb } from './quickstart.ts';
import { visualizeVerb } from './visualize.ts';

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [quickstartVerb, pretrainVerb, visualizeVerb, inspectVerb, doctorVerb];
