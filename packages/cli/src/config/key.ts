import type { Kind } from './kinds.ts';

/** One key of a configuration. */
export interface Key<T> {
  /** What it may hold. */
  readonly kind: Kind<T>;
  /** What it is, in one line; help and docs show it. */
  readonly is: string;
  /** What it holds when nobody says; without it the key is set by a preset or may be absent. */
  readonly default?: T;
  /** Its flag without the dashes, where that is not the key's own name. */
  readonly flag?: string;
  /** Further names of its flag, those of other code: `mask_ratio_teacher`. On the command line `_` and `-` are the same. */
  readonly aliases?: readonly string[];
}

/** Keys by name, in groups; nested groups make dotted paths such as `model.decoder.width`. */
export interface KeyTable {
  readonly [name: string]: Key<unknown> | KeyTable;
}

/** The complete configuration that a table of keys describes. */
export type ConfigOf<Table> = {
  -readonly [Name in keyof Table]: Table[Name] extends Key<infer Value> ? Value : ConfigOf<Table[Name]>;
};

/** Some keys of a configuration, as presets give them. */
export type ConfigPatch<Table> = {
  readonly [Name in keyof Table]?: Table[Name] extends Key<infer Value> ? Value : ConfigPatch<Table[Name]>;
};

/** A key and where it stands. */
export interface PlacedKey {
  /** Its dotted path, `optim.weightDecay`. */
  readonly path: string;
  /** Its flag with the dashes, `--weight-decay`. */
  readonly flag: string;
  /** Further flags that set it, with the dashes. */
  readonly aliases: readonly string[];
  /** The key. */
  readonly key: Key<unknown>;
}

/** Describes a key that every complete configuration holds. */
export function key<T>(kind: Kind<T>, about: Omit<Key<NoInfer<T>>, 'kind'>): Key<T> {
  return { kind, ...about };
}

/** Describes a key that a complete configuration may lack: nobody gave it, or another was given in its place. */
export function optionalKey<T>(kind: Kind<T>, about: Omit<Key<NoInfer<T>>, 'kind'>): Key<T | undefined> {
  return { kind, ...about };
}

/** Whether an entry of a table is a key rather than a group. */
export function isKey(entry: Key<unknown> | KeyTable): entry is Key<unknown> {
  return typeof entry.is === 'string';
}

/** All keys of a table with their paths and flags, in its order. */
export function listKeys(table: KeyTable, prefix = ''): PlacedKey[] {
  return Object.entries(table).flatMap(([name, entry]) =>
    isKey(entry)
      ? [{ path: prefix + name, flag: `--${entry.flag ?? kebab(name)}`, aliases: aliasFlags(entry), key: entry }]
      : listKeys(entry, `${prefix}${name}.`),
  );
}

const aliasFlags = ({ aliases = [] }: Key<unknown>) => aliases.map((alias) => `--${alias.replaceAll('_', '-')}`);

const kebab = (name: string) => name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
