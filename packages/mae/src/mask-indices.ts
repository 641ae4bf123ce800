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
  /** Of the N·B tokens, those to reconstruct: a mask's `decoded`, or all that is masked. */
  masked: Index;
  /** Of the N·B tokens, the places of a decoder that works in grid order: `visible` and `masked` together, ascending. */
  places: Index;
  /** Of the encoder's (prefix + K)·B outputs, the one that goes to the prefix and to each of `places`; the mask token elsewhere. */
  restore: Index;
}

/** Options of {@link indexMasks}. */
export interface IndexMasksOptions {
  /** Token grid of the encoder. */
  grid: TokenGrid;
  /** Tokens the encoder puts before the grid's, such as a class token. */
  prefixTokens: number;
}

/**
 * Turns one mask a sample into the index arrays that a step takes as arguments.
 *
 * @throws MaskedDistillError when the masks of a batch differ in their numbers of tokens, or a mask decodes a visible token
 */
export function indexMasks(
  masks: readonly AsymmetricMask[],
  { grid, prefixTokens }: IndexMasksOptions,
): MaskIndices<RowIndexArrays> {
  const tokens = tokenCount(grid);
  const rows = (choose: (mask: AsymmetricMask) => Int32Array) => tokenRows(masks.map(choose), { tokens });
  const visible = rows((mask) => mask.visible);
  const masked = rows(({ masked, decoded = masked }) => decoded);
  const places = rows((mask) => placesOf(mask));
  const prefix = prefixTokens * masks.length;
  const encoded = prefix + visible.rows.length;
  const restore = new Int32Array(prefix + places.rows.length).fill(encoded);
  for (let row = 0; row < prefix; row++) restore[row] = row;
  visible.rows.forEach((row, position) => {
    restore[prefix + places.inverse[row]!] = prefix + position;
  });
  return { visible, masked, places, restore: invertRows(restore, encoded) };
}

const placesOf = ({ visible, masked, decoded = masked }: AsymmetricMask) =>
  Int32Array.of(...visible, ...decoded).sort();

/** {@link MaskIndices} as int32 tensors under flat names, the form in which a compiled step takes them. */
export function maskIndexTensors(indices: MaskIndices<RowIndexArrays>): TensorRecord {
  return rowIndexTensors({ ...indices });
}

/** The other way: finds the {@link MaskIndices} among a step's arguments. */
export function maskIndicesFrom(args: TensorRecord): MaskIndices {
  return {
    visible: rowIndexFrom(args, 'visible'),
    masked: rowIndexFrom(args, 'masked'),
    places: rowIndexFrom(args, 'places'),
    restore: rowIndexFrom(args, 'restore'),
  };
}
