import { MaskedDistillError } from '@masked-distill/base';
import { invertRows, type RowIndexArrays } from '@masked-distill/tensor-core';

/** Options of {@link tokenRows}. */
export interface TokenRowsOptions {
  /** Tokens that the rows are chosen from, N. */
  tokens: number;
}

/**
 * Turns each sample's token numbers into rows of the `[N·B, D]` matrix, token-major: output row k·B + b is token `perSample[b][k]`.
 *
 * @param perSample one list of token numbers a sample, all of one length
 * @throws MaskedDistillError when the lists differ in length, or a token is out of range or listed twice
 */
export function tokenRows(perSample: readonly Int32Array[], { tokens }: TokenRowsOptions): RowIndexArrays {
  const batch = perSample.length;
  const kept = perSample[0]?.length ?? 0;
  if (perSample.some((list) => list.length !== kept)) {
    const lengths = perSample.map((list) => list.length).join(', ');
    throw new MaskedDistillError(
      `tokenRows: samples keep different numbers of tokens (${lengths}); a batch needs one number`,
    );
  }
  const outside = perSample.flatMap((list) => [...list]).find((token) => token < 0 || token >= tokens);
  if (outside !== undefined) {
    throw new MaskedDistillError(`tokenRows: token ${outside} is outside the ${tokens} tokens of a sample`);
  }
  const rows = Int32Array.from(
    { length: kept * batch },
    (_, i) => perSample[i % batch]![Math.floor(i / batch)]! * batch + (i % batch),
  );
  return invertRows(rows, tokens * batch);
}
