import { type Key, type KeyTable, listKeys } from './key.ts';

/** A key's one line in help: what it is, and its default as it would be typed. */
export function describeKey(key: Key<unknown>): string {
  return key.default === undefined ? key.is : `${key.is} (default: ${typedDefault(key)})`;
}

/** A Markdown table of every key: its path, its flag, its default, what it is. */
export function describeKeys(keys: KeyTable): string {
  const rows = listKeys(keys).map(({ path, flag, key }) => {
    const cells = [`\`${path}\``, `\`${flag}\``, key.default === undefined ? '' : `\`${typedDefault(key)}\``, key.is];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  });
  return `| key | flag | default | what it is |\n|---|---|---|---|\n${rows.join('')}`;
}

/** A key's default as it would be typed after its flag. */
export function typedDefault({ kind, default: value }: Key<unknown>): string {
  const short = (part: unknown) => String(typeof part === 'number' ? Number(part.toPrecision(4)) : part);
  return Array.isArray(value) ? value.map(short).join(kind.separator ?? ' ') : String(value);
}
