import { MaskedDistillError } from '@masked-distill/base';
import { type AsymmetricMask, type TokenGrid, tokenCount } from '@masked-distill/masking';
import {
  type RowIndex,
  type RowIndexArrays,
  rowIndexFrom,
  rowIndexTensors,
  type TensorRecord,
} from '@masked-distill/tensor-core';
import { tokenRows } from '@masked-distill/vit';

/** The rows a masked autoencoder works on, for one batch of masks. Rows are token-major, n·B + b. */
export interface MaskIndices<Index = RowIndex> {
  /** Of the N·B tokens, those the encoder sees. */
  visible: Index;
  /** Of the N·B tokens, those to reconstruct: a mask's `decoded`, or all that is masked. */
  masked: Index;
}

/**
 * Turns one mask a sample into the index arrays that a step takes as arguments.
 *
 * @param masks of a batch
 * @param options the encoder's token grid; the encoder itself will do
 * @throws MaskedDistillError when the masks of a batch differ in their numbers of tokens, or a mask decodes a visible token
 */
export function indexMasks(
  masks: readonly AsymmetricMask[],
  { grid }: { grid: TokenGrid },
): MaskIndices<RowIndexArrays> {
  const rows = (choose: (mask: AsymmetricMask) => Int32Array) =>
    tokenRows(masks.map(choose), { tokens: tokenCount(grid) });
  for (const [sample, { visible, masked, decoded = masked }] of masks.entries()) {
    const seen = new Set(visible);
    const both = decoded.find((token) => seen.has(token));
    if (both === undefined) continue;
    throw new MaskedDistillError(
      `indexMasks: mask ${sample} decodes token ${both}, which is visible; decode masked ones`,
    );
  }
  return { visible: rows((mask) => mask.visible), masked: rows(({ masked, decoded = masked }) => decoded) };
}

/** {@link MaskIndices} as int32 tensors under flat names, the form in which a compiled step takes them. */
export function maskIndexTensors(indices: MaskIndices<RowIndexArrays>): TensorRecord {
  return rowIndexTensors({ ...indices });
}

/** The other way: finds the {@link MaskIndices} among a step's arguments. */
export function maskIndicesFrom(args: TensorRecord): MaskIndices {
  return { visible: rowIndexFrom(args, 'visible'), masked: rowIndexFrom(args, 'masked') };
}
