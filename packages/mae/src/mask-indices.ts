import { type AsymmetricMask, type TokenGrid, tokenCount } from '@masked-distill/masking';
import {
  invertRows,
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
  /** Of the encoder's (prefix + K)·B outputs, the one that goes to each place of the decoder's input; the mask token elsewhere. */
  restore: Index;
  /** Of the N·B tokens, those to reconstruct. */
  masked: Index;
}

/** Options of {@link indexMasks}. */
export interface IndexMasksOptions {
  /** Token grid of the encoder. */
  grid: TokenGrid;
  /** Tokens the encoder puts before the grid's, such as a class token. */
  prefixTokens: number;
}

/** Turns one mask a sample into the index arrays that a step takes as arguments. */
export function indexMasks(
  masks: readonly AsymmetricMask[],
  { grid, prefixTokens }: IndexMasksOptions,
): MaskIndices<RowIndexArrays> {
  const tokens = tokenCount(grid);
  const batch = masks.length;
  const visible = tokenRows(
    masks.map((mask) => mask.visible),
    { tokens },
  );
  const masked = tokenRows(
    masks.map((mask) => mask.masked),
    { tokens },
  );
  const encoded = prefixTokens * batch + visible.rows.length;
  const restore = new Int32Array((prefixTokens + tokens) * batch).fill(encoded);
  for (let row = 0; row < prefixTokens * batch; row++) restore[row] = row;
  visible.rows.forEach((row, position) => {
    restore[prefixTokens * batch + row] = prefixTokens * batch + position;
  });
  return { visible, restore: invertRows(restore, encoded), masked };
}

/** {@link MaskIndices} as int32 tensors under flat names, the form in which a compiled step takes them. */
export function maskIndexTensors(indices: MaskIndices<RowIndexArrays>): TensorRecord {
  return rowIndexTensors({ ...indices });
}

/** The other way: finds the {@link MaskIndices} among a step's arguments. */
export function maskIndicesFrom(args: TensorRecord): MaskIndices {
  return {
    visible: rowIndexFrom(args, 'visible'),
    restore: rowIndexFrom(args, 'restore'),
    masked: rowIndexFrom(args, 'masked'),
  };
}
