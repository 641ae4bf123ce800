import { InputError } from '@masked-distill/base';
import { type Command, Option } from 'commander';
import { formatTable } from '../progress/format.ts';
import type { ConfigSpec } from './config-spec.ts';
import { describeKey } from './describe-key.ts';
import { type KeyTable, listKeys, type PlacedKey } from './key.ts';
import type { ConfigSources } from './resolve.ts';

/** Gives a verb `--config`, `--preset`, `--set`, `--print-config` and a flag for every key of its configuration. */
export function addConfigFlags<Table extends KeyTable>(command: Command, spec: ConfigSpec<Table>): void {
  const { keys, presets } = spec;
  command.argument('[shards...]', 'further .tar files, where the shell has written out the braces of --data');
  const names = [...presets].map(([name, { is }]) => `\n  ${name}: ${is}`).join('');
  command
    .optionsGroup('Configuration (defaults < preset < file < flags < --set):')
    .option('--config <file>', 'YAML file of keys, such as the config.yaml of a run');
  if (presets.size > 0) command.option('--preset <name>', `start from a preset:${names}`);
  command
    .option('--set <key=value...>', 'set any key by its path, such as optim.lr=1e-3')
    .option('--print-config', 'print the complete configuration as YAML and stop');
  for (const option of listKeys(keys).flatMap(flagsOf)) command.addOption(option);
  const switches = new Set(listKeys(keys).flatMap(({ flag, key }) => (key.kind.placeholder === '' ? flag : [])));
  command.configureHelp({
    ...command.configureHelp(),
    optionTerm: ({ flags }) => (switches.has(flags) ? flags.replace('--', '--[no-]') : flags),
  });
  const aliases = listKeys(keys).flatMap(({ flag, aliases }) =>
    aliases.map((alias): [string, string] => [alias, flag]),
  );
  if (aliases.length > 0) {
    command.addHelpText(
      'after',
      `\nFlags of other code, taken as ours (_ and - are the same):\n${formatTable(aliases)}`,
    );
  }
}

/** The configuration's sources among a parsed verb's options. */
export function configSources(command: Command, keys: KeyTable): ConfigSources {
  const given = command.opts<{ config?: string; preset?: string; set?: string[] }>();
  const values = new Map<string, string | boolean | readonly string[]>();
  for (const { path, flag, aliases } of listKeys(keys)) {
    const given = [flag, ...aliases].filter((each) => command.getOptionValue(attributeOf(each)) !== undefined);
    if (given.length > 1) throw new InputError(`${given.join(' and ')} are both given; keep one of them`);
    for (const each of given) values.set(path, command.getOptionValue(attributeOf(each)));
  }
  const first = values.get('data.path');
  if (typeof first === 'string' && command.args.length > 0) {
    values.set('data.path', joinShards([first, ...command.args]));
  } else if (command.args.length > 0) {
    throw new InputError(`'${command.args[0]}' belongs to no flag; images are given by --data`);
  }
  return { config: given.config, preset: given.preset, set: given.set, flags: values };
}

/** Several .tar files as one path, the way it stood before the shell wrote it out. */
export function joinShards(paths: readonly string[]): string {
  const stranger = paths.find((path) => !path.endsWith('.tar'));
  if (stranger === undefined) return `{${paths.join(',')}}`;
  throw new InputError(
    `--data: ${paths.join(' and ')} are several paths, and ${stranger} is no .tar; give one folder, list or set of tars`,
  );
}

function flagsOf({ path, flag, aliases, key }: PlacedKey): Option[] {
  const { placeholder, words = 1 } = key.kind;
  const group = `${path.split('.')[0]!.replace(/^./, (letter) => letter.toUpperCase())}:`;
  const described = (flags: string) => new Option(flags, describeKey(key)).helpGroup(group);
  const hidden = (flags: string) => new Option(flags).hideHelp();
  if (placeholder === '') {
    return [described(flag), hidden(negated(flag)), ...aliases.map((alias) => hidden(`${alias} [true|false]`))];
  }
  const value = `<${placeholder}${words > 1 ? '...' : ''}>`;
  return [described(`${flag} ${value}`), ...aliases.map((alias) => hidden(`${alias} ${value}`))];
}

const negated = (flag: string) => flag.replace('--', '--no-');

const attributeOf = (flag: string) => new Option(flag).attributeName();
