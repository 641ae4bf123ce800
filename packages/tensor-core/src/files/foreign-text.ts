const MAX_SHOWN = 100;
const MAX_ITEMS = 12;

/** A name or a value out of a foreign file, fit for a message: on one line, without control characters, and not too long. */
export function quote(value: unknown): string {
  const clean = plain(value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
  return clean.length > MAX_SHOWN ? `${clean.slice(0, MAX_SHOWN)}…` : clean;
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, MAX_SHOWN + 1);
  if (value === undefined) return 'nothing';
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? 'an object' : String(value);
  // One level only: a pickle's list may contain itself.
  const items = value.slice(0, MAX_ITEMS).map((item) => {
    if (typeof item === 'string') return JSON.stringify(item.slice(0, MAX_SHOWN));
    return typeof item === 'object' && item !== null ? '…' : String(item);
  });
  return `[${items}${value.length > MAX_ITEMS ? ',…' : ''}]`;
}
