/** Options of {@link quantiseColumns}. */
export interface QuantiseOptions {
  /** Rows of the result. */
  rows: number;
  /** Columns of the result. */
  columns: number;
  /** Whether the given matrix is the transpose of the result's. */
  isTransposed: boolean;
}

/**
 * Rounds a matrix to 8 bits, symmetrically, with a scale for each column: element (r, c) is about `elements[r · columns + c] · scales[c]`.
 *
 * @param matrix row-major
 */
export function quantiseColumns(matrix: Float32Array, { rows, columns, isTransposed }: QuantiseOptions) {
  const at = isTransposed
    ? (r: number, c: number) => matrix[c * rows + r]!
    : (r: number, c: number) => matrix[r * columns + c]!;
  const scales = new Float32Array(columns);
  for (let c = 0; c < columns; c++) {
    let largest = 0;
    for (let r = 0; r < rows; r++) largest = Math.max(largest, Math.abs(at(r, c)));
    scales[c] = largest > 0 ? largest / 127 : 1;
  }
  const elements = new Int8Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) elements[r * columns + c] = Math.round(at(r, c) / scales[c]!);
  }
  return { elements, scales };
}
