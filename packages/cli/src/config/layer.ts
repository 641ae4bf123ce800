import { InputError } from '@masked-distill/base';
import { parse } from 'yaml';
import { typedDefault } from './describe-key.ts';
import { isKey, type KeyTable, listKeys, type PlacedKey } from './key.ts';
import { nearest } from './suggest.ts';

/** Values from one place (a file, the flags), checked, by dotted path. */
export interface Layer {
  /** How an error names a key of this layer: `config.yaml: optim.lr`, `--lr`. */
  readonly place: (path: string) => string;
  /** The values in their normal form. */
  readonly values: ReadonlyMap<string, unknown>;
}

/**
 * Reads a nested object (a parsed file, a preset) against a table of keys.
 *
 * @param where what errors begin with, such as `config.yaml`
 * @throws InputError on a key that the table lacks and on a value that its key can't hold
 */
export function layerFromTree(tree: unknown, { keys, where }: { keys: KeyTable; where: string }): Layer {
  const place = (path: string) => `${where}: ${path}`;
  const known = listKeys(keys);
  const values = new Map<string, unknown>();
  const read = (branch: unknown, table: KeyTable, prefix: string) => {
    // An empty group, or an empty file, says nothing.
    if (branch === null || branch === undefined) return;
    if (typeof branch !== 'object' || Array.isArray(branch)) {
      const name = prefix === '' ? where : place(prefix.slice(0, -1));
      throw new InputError(
        `${name} is ${show(branch)}, wants keys such as ${Object.keys(table).slice(0, 3).join(', ')}`,
      );
    }
    for (const [name, value] of Object.entries(branch)) {
      const path = prefix + name;
      const entry = Object.hasOwn(table, name) ? table[name] : undefined;
      if (entry === undefined) throw unknownKey(path, { known, place: place(path) });
      if (!isKey(entry)) read(value, entry, `${path}.`);
      else if (value !== undefined) values.set(path, checkValue(value, { key: { path, key: entry }, place }));
    }
  };
  read(tree, keys, '');
  return { place, values };
}

/**
 * Reads words from the command line, by path. A key that holds text takes the word as it stands; for any other it is read as YAML.
 *
 * @throws InputError on a value that its key can't hold
 */
export function layerFromWords(
  words: Iterable<readonly [PlacedKey, string | boolean | readonly string[]]>,
  place: (path: string) => string,
): Layer {
  const values = new Map<string, unknown>();
  for (const [key, word] of words) values.set(key.path, checkValue(word, { key, place, fromText: true }));
  return { place, values };
}

/** An InputError for a path that no key has, naming the nearest that exists. */
export function unknownKey(path: string, { known, place }: { known: readonly PlacedKey[]; place: string }): InputError {
  const paths = known.map((entry) => entry.path);
  const member = paths.find((other) => other.startsWith(`${path}.`));
  if (member) return new InputError(`${place} is a group of keys; name one of them, such as ${member}`);
  const alias = `--${lastName(path).replaceAll('_', '-')}`;
  const meant = known.find(({ aliases }) => aliases.includes(alias))?.path ?? meantPath(path, paths);
  return new InputError(`${place} is not a known key; ${meant ? `did you mean ${meant}?` : 'see --help for all keys'}`);
}

/** A key of the same group, else nearly the same name in another group, else a group. */
function meantPath(path: string, paths: readonly string[]): string | undefined {
  const group = path.slice(0, path.lastIndexOf('.') + 1);
  const name = lastName(path);
  const siblings = paths.filter((other) => other.startsWith(group));
  const among = (candidates: readonly string[], share?: number) => {
    const found = nearest(name, candidates.map(lastName), share);
    return candidates.find((other) => lastName(other) === found);
  };
  if (group) return among(siblings) ?? among(paths, 1 / 5);
  const groups = [...new Set(paths.map((other) => other.split('.')[0]!))];
  return among(paths, 1 / 5) ?? nearest(name, groups);
}

const lastName = (path: string) => path.slice(path.lastIndexOf('.') + 1);

/** A value for an error message: as JSON, cut to one short line. */
export function show(value: unknown): string {
  // JSON has no word for NaN and Infinity.
  const words = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return words.length > 60 ? `${words.slice(0, 57)}…` : words;
}

interface CheckOptions {
  readonly key: Pick<PlacedKey, 'path' | 'key'>;
  readonly place: (path: string) => string;
  readonly fromText?: boolean;
}

function checkValue(value: unknown, { key: { path, key }, place, fromText = false }: CheckOptions): unknown {
  if (value === null) throw new InputError(`${place(path)} is empty; give ${key.kind.wants}, or take the line out`);
  const direct = key.kind.schema.safeParse(value);
  if (direct.success) return direct.data;
  if (fromText) {
    const parsed = key.kind.schema.safeParse(fromWords(value));
    if (parsed.success) return parsed.data;
  }
  const standard = key.default === undefined ? '' : ` (default ${typedDefault(key)})`;
  throw new InputError(
    `${place(path)} is ${show(fromText ? fromWords(value) : value)}, wants ${key.kind.wants}${standard}`,
  );
}

function fromWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? fromWords(value[0]) : value.map(scalar);
  if (typeof value !== 'string') return value;
  const parsed = scalar(value);
  return typeof parsed === 'string' && parsed.includes(',') ? parsed.split(',').map(scalar) : parsed;
}

function scalar(word: string): unknown {
  try {
    return parse(word);
  } catch {
    return word;
  }
}
