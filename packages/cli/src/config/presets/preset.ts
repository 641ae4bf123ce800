import type { PretrainPatch } from '../pretrain-config.ts';

/** A named part of a configuration. */
export interface Preset {
  /** What it is, in one line, for help. */
  readonly is: string;
  /** The keys it sets. */
  readonly config: PretrainPatch;
}
