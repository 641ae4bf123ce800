import { InputError } from '@masked-distill/base';
import { type Command, Option } from 'commander';
import { describeKey } from './describe-key.ts';
import { type KeyTable, listKeys, type PlacedKey } from './key.ts';
import type { Preset } from './presets/preset.ts';
import type { ConfigSources } from './resolve.ts';

/** What {@link addConfigFlags} puts on a verb. */
export interface ConfigFlagOptions {
  /** The configuration's keys: a flag for each, in groups. */
  readonly keys: KeyTable;
  /** What `--preset` takes. */
  readonly presets: ReadonlyMap<string, Preset>;
}

/** Gives a verb `--config`, `--preset`, `--set`, `--print-config` and a flag for every key of its configuration. */
export function addConfigFlags(command: Command, { keys, presets }: ConfigFlagOptions): void {
  command.argument('[shards...]', 'further .tar files, where the shell has written out the braces of --data');
  const names = [...presets].map(([name, { is }]) => `\n  ${name}: ${is}`).join('');
  command
    .optionsGroup('Configuration (defaults < preset < file < flags < --set):')
    .option('--config <file>', 'YAML file of keys, such as the config.yaml of a run')
    .option('--preset <name>', `start from a preset:${names}`)
    .option('--set <key=value...>', 'set any key by its path, such as optim.lr=1e-3')
    .option('--print-config', 'print the complete configuration as YAML and stop');
  for (const option of listKeys(keys).flatMap(flagsOf)) command.addOption(option);
  const switches = new Set(listKeys(keys).flatMap(({ flag, key }) => (key.kind.placeholder === '' ? flag : [])));
  command.configureHelp({
    ...command.configureHelp(),
    optionTerm: ({ flags }) => (switches.has(flags) ? flags.replace('--', '--[no-]') : flags),
  });
}

/** The configuration's sources among a parsed verb's options. */
export function configSources(command: Command, keys: KeyTable): ConfigSources {
  const given = command.opts<{ config?: string; preset?: string; set?: string[] }>();
  const values = new Map<string, string | boolean | readonly string[]>();
  for (const placed of listKeys(keys)) {
    const value = command.getOptionValue(attributeOf(placed));
    if (value !== undefined) values.set(placed.path, value);
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
function joinShards(paths: readonly string[]): string {
  const stranger = paths.find((path) => !path.endsWith('.tar'));
  if (stranger === undefined) return `{${paths.join(',')}}`;
  throw new InputError(
    `--data: ${paths.join(' and ')} are several paths, and ${stranger} is no .tar; give one folder, list or set of tars`,
  );
}

function flagsOf({ path, flag, key }: PlacedKey): Option[] {
  const { placeholder, words = 1 } = key.kind;
  const group = `${path.split('.')[0]!.replace(/^./, (letter) => letter.toUpperCase())}:`;
  const described = (flags: string) => new Option(flags, describeKey(key)).helpGroup(group);
  if (placeholder !== '') return [described(`${flag} <${placeholder}${words > 1 ? '...' : ''}>`)];
  return [described(flag), new Option(negated(flag)).hideHelp()];
}

const negated = (flag: string) => flag.replace('--', '--no-');

const attributeOf = ({ flag }: PlacedKey) => new Option(flag).attributeName();
