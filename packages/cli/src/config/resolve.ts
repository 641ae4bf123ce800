import { InputError } from '@masked-distill/base';
import { checkPretrainConfig } from './checks.ts';
import { readConfigFile } from './config-file.ts';
import { listKeys, type PlacedKey } from './key.ts';
import { type Layer, layerFromTree, layerFromWords, show, unknownKey } from './layer.ts';
import { mergeLayers } from './merge.ts';
import { modelNames, modelSizes } from './presets/model-sizes.ts';
import { pretrainPresets } from './presets/pretrain-presets.ts';
import { type PretrainConfig, pretrainKeys } from './pretrain-config.ts';
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

const alternatives = [
  ['optim.lr', 'optim.blr'],
  ['optim.epochs', 'optim.steps'],
  ['optim.warmupShare', 'optim.warmupEpochs', 'optim.warmupSteps'],
] as const;

const known = listKeys(pretrainKeys);

/**
 * The complete, checked configuration of a pre-training run: defaults < preset < file < flags < set. A layer that names `model.preset`
 * sets all sizes of that model, also over sizes that a weaker layer gave by hand.
 *
 * @throws InputError on an unknown key, preset or file, on a value that its key can't hold, and on values that don't fit each other
 */
export async function resolvePretrainConfig(sources: ConfigSources = {}): Promise<PretrainConfig> {
  const file = sources.config === undefined ? undefined : await readConfigFile(sources.config);
  const fileLayer = layerFromTree(file?.tree, { keys: pretrainKeys, where: file?.name ?? '' });
  const layers = [defaultLayer()];
  if (sources.preset !== undefined) {
    const preset = presetLayer(sources.preset, '--preset');
    refuseIdle(withModelSizes(preset), { file: withModelSizes(fileLayer), preset: sources.preset, name: file?.name });
    layers.push(preset);
  } else if (file?.preset !== undefined) layers.push(presetLayer(file.preset, `${file.name}: preset`));
  layers.push(fileLayer, flagLayer(sources.flags ?? new Map()), setLayer(sources.set ?? []));
  const config = mergeLayers(layers.map(withModelSizes), { keys: pretrainKeys, alternatives });
  config.model.preset = modelName(config.model);
  checkPretrainConfig(config);
  return config;
}

function defaultLayer(): Layer {
  const given = known.filter(({ key }) => key.default !== undefined);
  return { place: (path) => `default: ${path}`, values: new Map(given.map(({ path, key }) => [path, key.default])) };
}

function presetLayer(name: string, where: string): Layer {
  const preset = pretrainPresets.get(name);
  if (preset) return layerFromTree(preset.config, { keys: pretrainKeys, where: `preset ${name}` });
  const names = [...pretrainPresets.keys()];
  const meant = nearest(name, names);
  throw new InputError(
    `${where}: '${name}' is unknown; ${meant ? `did you mean ${meant}?` : `choose ${names.join(', ')}`}`,
  );
}

/** Over a complete file a preset would do nothing, silently. */
function refuseIdle(layer: Layer, { file, preset, name }: { file: Layer; preset: string; name?: string }): void {
  const rivals = (path: string) => alternatives.find((group) => group.some((rival) => rival === path)) ?? [path];
  const isIdle = [...layer.values.keys()].every((path) => rivals(path).some((rival) => file.values.has(rival)));
  const differs = [...layer.values].some(([path, value]) => show(file.values.get(path)) !== show(value));
  if (!isIdle || !differs) return;
  const way = modelNames.some((model) => model === preset) ? `say --model ${preset}` : 'leave one of them out';
  throw new InputError(`--preset: ${preset} would change nothing, since ${name} sets all of its keys; ${way}`);
}

function flagLayer(flags: ReadonlyMap<string, string | boolean | readonly string[]>): Layer {
  const flagOf = new Map(known.map((key) => [key.path, key]));
  const words = [...flags].map(([path, word]) => [flagOf.get(path)!, word] as const);
  return layerFromWords(words, (path) => flagOf.get(path)!.flag);
}

function setLayer(assignments: readonly string[]): Layer {
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

function withModelSizes(layer: Layer): Layer {
  const name = modelNames.find((preset) => preset === layer.values.get('model.preset'));
  if (!name) return layer;
  const sizes = layerFromTree({ model: modelSizes[name] }, { keys: pretrainKeys, where: 'model preset' });
  return { place: layer.place, values: new Map([...sizes.values, ...layer.values]) };
}

/** The preset whose encoder this is, so that a configuration never calls itself what it is not. */
function modelName({ width, depth, heads }: PretrainConfig['model']): PretrainConfig['model']['preset'] {
  const same = modelNames.find((name) => {
    const size = modelSizes[name];
    return size.width === width && size.depth === depth && size.heads === heads;
  });
  return same ?? 'custom';
}
