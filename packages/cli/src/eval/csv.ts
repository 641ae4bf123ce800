/** Rows of cells as CSV (RFC 4180, lines ended by \n): cells are quoted where they have to be. */
export function csvRows(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}

const cell = (value: string | number) => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
