import type { Backbone } from '@masked-distill/vit';
import { openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';
import { describeLoad } from './describe-load.ts';
import type { TrainingContext } from './training.ts';

/**
 * Gives an encoder the weights that `--init` names, and says what came of it.
 *
 * @param encoder the encoder, of the file's sizes
 * @param options what was given, and who is told
 * @throws InputError when there are none, or they are of another architecture
 */
export async function initEncoder(
  encoder: Backbone,
  { init, note, environment }: { init: string } & Pick<TrainingContext<unknown>, 'note' | 'environment'>,
): Promise<void> {
  const resolved = await resolveWeights(init, { environment });
  for (const { path, reason } of resolved.skipped) note(`passed over ${path}: ${reason}`);
  const opened = await openEncoderWeights(resolved.path);
  try {
    note(`starting from ${resolved.description}: ${describeLoad(await opened.load(encoder))}`);
  } finally {
    await opened.close();
  }
}
