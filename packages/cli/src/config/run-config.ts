import type { dataKeys } from './data-keys.ts';
import type { ConfigOf } from './key.ts';
import type { optimKeys } from './optim-keys.ts';
import type { runKeys } from './run-keys.ts';

/** The settings that every run over images or videos has, whatever it trains. */
export interface RunConfig {
  /** What the model takes. */
  readonly model: { readonly imageSize: readonly [number, number]; readonly frames?: number };
  /** Which images or videos. */
  readonly data: ConfigOf<typeof dataKeys> & {
    readonly trainLimit?: number | 'off';
    readonly erasing?: number;
  };
  /** How the weights are learned. */
  readonly optim: ConfigOf<typeof optimKeys>;
  /** Where it writes and what it runs on. */
  readonly run: Omit<ConfigOf<typeof runKeys>, 'pictureEvery'> & { readonly pictureEvery?: string };
}
