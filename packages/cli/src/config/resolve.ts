import { InputError } from '@masked-distill/base';
import { readConfigFile } from './config-file.ts';
import type { ConfigSpec } from './config-spec.ts';
import { type ConfigOf, type KeyTable, listKeys, type PlacedKey } from './key.ts';
import { type Layer, layerFromTree, layerFromWords, show, unknownKey } from './layer.ts';
import { mergeLayers } from './merge.ts';
import { nearest } from './suggest.ts';

/** Where a configuration comes from; all may be left out. */
export interface ConfigSources {
  /** Name of a preset; it takes the place of one that the file names. */
  readonly preset?: string;
  /** Path of a YAML file. */
  readonly config?: string;
  /** Values of flags as they were typed, by dotted path: text, several words, or true and false. */
  readonly flags?: ReadonlyMap<string, string | boolean | readonly string[]>;
  /** Further `key=value` texts, last and strongest. */
  readonly set?: readonly string[];
}

/**
 * A verb's complete, checked configuration: defaults < preset < file < flags < set.
 *
 * @throws InputError on an unknown key, preset or file, on a value that its key can't hold, and on values that don't fit each other
 */
export async function resolveConfig<Table extends KeyTable>(
  spec: ConfigSpec<Table>,
  sources: ConfigSources = {},
): Promise<ConfigOf<Table>> {
  const { keys, alternatives } = spec;
  const known = listKeys(keys);
  const file = sources.config === undefined ? undefined : await readConfigFile(sources.config);
  const fileLayer = layerFromTree(file?.tree, { keys, where: file?.name ?? '' });
  const layers = [defaultLayer(known)];
  if (sources.preset !== undefined) {
    const preset = presetLayer(spec, { name: sources.preset, where: '--preset' });
    refuseIdle(spec, { layer: preset, file: fileLayer, preset: sources.preset, name: file?.name });
    layers.push(preset);
  } else if (file?.preset !== undefined) {
    layers.push(presetLayer(spec, { name: file.preset, where: `${file.name}: preset` }));
  }
  layers.push(fileLayer, flagLayer(sources.flags ?? new Map(), known), setLayer(sources.set ?? [], known));
  const merged = mergeLayers(
    layers.map((layer) => expand(layer, spec)),
    { keys, alternatives },
  );
  const config = spec.settle?.(merged) ?? merged;
  spec.check(config);
  return config;
}

function defaultLayer(known: readonly PlacedKey[]): Layer {
  const given = known.filter(({ key }) => key.default !== undefined);
  return { place: (path) => `default: ${path}`, values: new Map(given.map(({ path, key }) => [path, key.default])) };
}

function presetLayer<Table extends KeyTable>(
  { presets, keys }: ConfigSpec<Table>,
  { name, where }: { name: string; where: string },
): Layer {
  const preset = presets.get(name);
  if (preset) return layerFromTree(preset.config, { keys, where: `preset ${name}` });
  const names = [...presets.keys()];
  const meant = nearest(name, names);
  throw new InputError(
    `${where}: '${name}' is unknown; ${meant ? `did you mean ${meant}?` : `choose ${names.join(', ')}`}`,
  );
}

/** Over a complete file a preset would do nothing, silently. */
function refuseIdle<Table extends KeyTable>(
  spec: ConfigSpec<Table>,
  { layer, file, preset, name }: { layer: Layer; file: Layer; preset: string; name?: string },
): void {
  const [wanted, there] = [expand(layer, spec).values, expand(file, spec).values];
  const rivals = (path: string) => spec.alternatives.find((group) => group.includes(path)) ?? [path];
  const isIdle = [...wanted.keys()].every((path) => rivals(path).some((rival) => there.has(rival)));
  const differs = [...wanted].some(([path, value]) => show(there.get(path)) !== show(value));
  if (!isIdle || !differs) return;
  const sizes = spec.expansions?.find(({ values }) => values(preset) !== undefined);
  const flag = listKeys(spec.keys).find(({ path }) => path === sizes?.path)?.flag;
  const way = flag === undefined ? 'leave one of them out' : `say ${flag} ${preset}`;
  throw new InputError(`--preset: ${preset} would change nothing, since ${name} sets all of its keys; ${way}`);
}

function flagLayer(
  flags: ReadonlyMap<string, string | boolean | readonly string[]>,
  known: readonly PlacedKey[],
): Layer {
  const flagOf = new Map(known.map((key) => [key.path, key]));
  const words = [...flags].map(([path, word]) => [flagOf.get(path)!, word] as const);
  return layerFromWords(words, (path) => flagOf.get(path)!.flag);
}

function setLayer(assignments: readonly string[], known: readonly PlacedKey[]): Layer {
  const place = (path: string) => `--set ${path}`;
  const words = assignments.map((assignment): readonly [PlacedKey, string] => {
    const equals = assignment.indexOf('=');
    if (equals < 1) throw new InputError(`--set: '${assignment}' is not key=value; write --set optim.lr=1e-3`);
    const path = assignment.slice(0, equals).trim();
    const key = known.find((entry) => entry.path === path);
    if (!key) throw unknownKey(path, { known, place: place(path) });
    return [key, assignment.slice(equals + 1).trim()];
  });
  return layerFromWords(words, place);
}

/** A layer with what its keys stand for; what it gives itself stays. */
function expand<Table extends KeyTable>(layer: Layer, { expansions = [], keys }: ConfigSpec<Table>): Layer {
  const trees = expansions.map(({ path, values }) => values(layer.values.get(path)));
  const implied = trees.flatMap((tree) => [...layerFromTree(tree, { keys, where: 'preset' }).values]);
  return { place: layer.place, values: new Map([...implied, ...layer.values]) };
}
