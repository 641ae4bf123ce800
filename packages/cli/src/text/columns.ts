/** How {@link formatColumns} lays out its rows. */
export interface ColumnsOptions {
  /** The columns, counted from 0, that are pushed to the right, as numbers are. */
  readonly right?: readonly number[];
  /** What each line begins with; default two spaces. */
  readonly indent?: string;
}

/** Rows of cells in aligned columns, a line each. */
export function formatColumns(rows: readonly (readonly string[])[], options: ColumnsOptions = {}): string {
  const { right = [], indent = '  ' } = options;
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const lines = rows.map((row) =>
    row.map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))),
  );
  return lines.map((cells) => `${indent}${cells.join('  ')}`.trimEnd()).join('\n') + (rows.length > 0 ? '\n' : '');
}
