const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes in the decimal unit that fits: `812 B`, `4.1 MB`, `16.0 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}
