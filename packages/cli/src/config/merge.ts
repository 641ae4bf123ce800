import { InputError } from '@masked-distill/base';
import { type ConfigOf, type KeyTable, listKeys } from './key.ts';
import type { Layer } from './layer.ts';

/** Options of {@link mergeLayers}. */
export interface MergeOptions<Table> {
  /** Every key there is. */
  readonly keys: Table;
  /** Paths of which a configuration holds one at most, such as `optim.lr` and `optim.blr`. */
  readonly alternatives: readonly (readonly string[])[];
}

/**
 * Puts layers over each other: a later one replaces what an earlier one said, key by key. Of alternatives the latest given stays.
 *
 * @param layers least important first; together they set every key that has no alternative and is not optional
 * @throws InputError when one layer gives two alternatives
 */
export function mergeLayers<Table extends KeyTable>(
  layers: readonly Layer[],
  { keys, alternatives }: MergeOptions<Table>,
): ConfigOf<Table> {
  const merged = new Map<string, unknown>();
  for (const { place, values } of layers) {
    for (const group of alternatives) {
      const given = group.filter((path) => values.has(path));
      if (given.length > 1) throw new InputError(`${given.map(place).join(' and ')} are both given; keep one of them`);
      if (given.length === 1) for (const path of group) merged.delete(path);
    }
    for (const [path, value] of values) merged.set(path, value);
  }
  return nest(merged, keys) as ConfigOf<Table>;
}

/** From dotted paths to groups, in the table's order. */
function nest(values: ReadonlyMap<string, unknown>, keys: KeyTable): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { path } of listKeys(keys)) {
    const names = path.split('.');
    const last = names.pop()!;
    let group = root;
    for (const name of names) {
      group[name] ??= {};
      group = group[name] as Record<string, unknown>;
    }
    if (values.has(path)) group[last] = values.get(path);
  }
  return root;
}
