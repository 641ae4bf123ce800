import { type Document, isMap, isScalar, isSeq, parseDocument, stringify, visit } from 'yaml';
import { isKey, type KeyTable, listKeys } from './key.ts';

/** Options of {@link formatConfig}. */
export interface FormatConfigOptions {
  /** The keys, for the comments. */
  readonly keys: KeyTable;
  /** Lines to stand at the top as comments. */
  readonly header?: readonly string[];
}

/** A complete configuration as YAML: what the keys name, each with its one-line description. Reading it back gives the same configuration. */
export function formatConfig(config: object, { keys, header = [] }: FormatConfigOptions): string {
  const document: Document = parseDocument(stringify(onlyKeys(config, keys)));
  // Lists are short (sizes, betas): on one line.
  visit(document, {
    Seq(_, list) {
      list.flow = true;
    },
  });
  for (const { path, key } of listKeys(keys)) {
    const value = document.getIn(path.split('.'), true);
    if (isScalar(value) || isSeq(value) || isMap(value)) value.comment = ` ${key.is}`;
  }
  const top = header.map((line) => `# ${line}\n`).join('');
  const body = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  // A comment on the last value costs yaml the line's end.
  return `${top}${body.trimEnd()}\n`;
}

/** What of a configuration a table of keys names, in the order of the configuration. */
function onlyKeys(config: object, keys: KeyTable): object {
  const entries = Object.entries(config).flatMap(([name, value]): [string, unknown][] => {
    const entry = keys[name];
    if (entry === undefined) return [];
    return [[name, isKey(entry) ? value : onlyKeys(value, entry)]];
  });
  return Object.fromEntries(entries);
}
