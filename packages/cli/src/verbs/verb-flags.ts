import { type Command, Option } from 'commander';
import { describeKey } from '../config/describe-key.ts';
import { type ConfigOf, type KeyTable, listKeys } from '../config/key.ts';
import { layerFromWords } from '../config/layer.ts';

/** Gives a verb that has no configuration file a flag for each key of a flat table. */
export function addVerbFlags(command: Command, keys: KeyTable): void {
  for (const { flag, key } of listKeys(keys)) {
    command.addOption(new Option(`${flag} <${key.kind.placeholder}>`, describeKey(key)));
  }
}

/**
 * What these flags hold once the command line is parsed.
 *
 * @throws InputError on a value that its key can't hold
 */
export function readVerbFlags<Table extends KeyTable>(command: Command, keys: Table): ConfigOf<Table> {
  const placed = listKeys(keys);
  const flagOf = new Map(placed.map(({ path, flag }) => [path, flag]));
  const words = placed.flatMap((entry) => {
    const word: string | undefined = command.getOptionValue(new Option(entry.flag).attributeName());
    return word === undefined ? [] : [[entry, word] as const];
  });
  const { values } = layerFromWords(words, (path) => flagOf.get(path)!);
  return Object.fromEntries(placed.map(({ path, key }) => [path, values.get(path) ?? key.default])) as ConfigOf<Table>;
}
