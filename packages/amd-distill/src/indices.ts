import { indexMasks, type MaskIndices, maskIndicesFrom } from '@masked-distill/mae';
import { type AsymmetricMask, type TokenGrid, tokenCount } from '@masked-distill/masking';
import { type RowIndex, type RowIndexArrays, rowIndexFrom, type TensorRecord } from '@masked-distill/tensor-core';
import { tokenRows } from '@masked-distill/vit';

/** The rows a distiller works on, for one batch of masks: those of a masked autoencoder, and those of its teacher. */
export interface DistillIndices<Index = RowIndex> extends MaskIndices<Index> {
  /** Of the N·B tokens, those the teacher sees: the student's first, then those that it sees alone. */
  seen: Index;
}

/**
 * Turns one mask a sample into the index arrays that a step takes as arguments; `rowIndexTensors` makes tensors of them.
 *
 * @throws MaskedDistillError when the masks of a batch differ in their numbers of tokens
 */
export function indexAsymmetricMasks(
  masks: readonly AsymmetricMask[],
  { grid }: { grid: TokenGrid },
): DistillIndices<RowIndexArrays> {
  const seen = masks.map(({ visible, extra }) => Int32Array.of(...visible, ...extra));
  return { ...indexMasks(masks, { grid }), seen: tokenRows(seen, { tokens: tokenCount(grid) }) };
}

/** Finds the {@link DistillIndices} among a step's arguments. */
export function distillIndicesFrom(args: TensorRecord): DistillIndices {
  return { ...maskIndicesFrom(args), seen: rowIndexFrom(args, 'seen') };
}
