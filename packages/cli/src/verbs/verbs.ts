import type { Verb } from '../program.ts';
import { pretrainVerb } from './pretrain.ts';

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [pretrainVerb];
