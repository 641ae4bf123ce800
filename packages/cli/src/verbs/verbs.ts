import type { Verb } from '../program.ts';
import { pretrainVerb } from './pretrain.ts';
import { quickstartVerb } from './quickstart.ts';

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [quickstartVerb, pretrainVerb];
