const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds in the two largest units that matter: `12 s`, `3 min 05 s`, `1 h 02 min`, `2 d 3 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const part = (unit: number, of: number) => String(Math.floor((whole % of) / unit));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${part(MINUTE, HOUR)} min ${part(1, MINUTE).padStart(2, '0')} s`;
  if (whole < DAY) return `${part(HOUR, DAY)} h ${part(MINUTE, HOUR).padStart(2, '0')} min`;
  return `${Math.floor(whole / DAY)} d ${part(HOUR, DAY)} h`;
}

/** A whole number with a comma at every thousand: `1,281,167`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A number of parameters: `812 k`, `5.53 M`. */
export function formatParameters(count: number): string {
  if (count < 1e6) return `${Math.round(count / 1e3)} k`;
  return `${(count / 1e6).toFixed(count < 1e8 ? 2 : 1)} M`;
}

/** A learning rate in three digits: `2.4e-3`, `0.5`, `0`. */
export function formatRate(rate: number): string {
  if (rate === 0 || rate >= 0.1) return String(Number(rate.toPrecision(3)));
  return rate.toExponential(2).replace(/\.?0+e/, 'e');
}

/** Samples per second: `1,240`, `245`, `8.31`. */
export function formatSpeed(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(2) : formatCount(perSecond);
}

/** A share as per cent: `2%`. */
export function formatShare(share: number): string {
  return `${Math.round(100 * share)}%`;
}

/** Rows of a label and a text, the texts in one column. */
export function formatTable(rows: readonly (readonly [label: string, text: string])[], indent = '  '): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, text]) => `${indent}${label.padEnd(width)}  ${text}\n`).join('');
}
