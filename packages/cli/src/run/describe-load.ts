import type { EncoderLoadReport } from '@masked-distill/vit';
import { formatCount } from '../progress/format.ts';

/** Names that are written out in a line; more are counted. */
const NAMED = 3;

/** What became of a file's tensors, in a line. */
export function describeLoad({ naming, mapped, missing, unused, headDropped, notes }: EncoderLoadReport): string {
  const named = (names: readonly string[]) =>
    names.length > NAMED ? `${formatCount(names.length)}` : names.join(', ');
  return [
    `${naming} names, ${formatCount(mapped.length)} tensors read`,
    missing.length > 0 && `not in the file: ${named(missing)}`,
    headDropped.length > 0 && `left out: ${formatCount(headDropped.length)} of heads and decoders`,
    unused.length > 0 && `unknown: ${named(unused)}`,
    ...notes,
  ]
    .filter(Boolean)
    .join('; ');
}
