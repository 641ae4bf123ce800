import type { dataKeys } from './data-keys.ts';
import type { ConfigOf } from './key.ts';
import type { optimKeys } from './optim-keys.ts';
import type { runKeys } from './run-keys.ts';

/** The settings that every run over images has, whatever it trains. */
export interface ImageRunConfig {
  /** What the images are for. */
  readonly model: { readonly imageSize: readonly [number, number] };
  /** Which images. */
  readonly data: ConfigOf<typeof dataKeys> & { readonly trainLimit?: number | 'off' };
  /** How the weights are learned. */
  readonly optim: ConfigOf<typeof optimKeys>;
  /** Where it writes and what it runs on. */
  readonly run: Omit<ConfigOf<typeof runKeys>, 'pictureEvery'> & { readonly pictureEvery?: string };
}
