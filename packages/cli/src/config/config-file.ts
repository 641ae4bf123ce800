import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '@masked-distill/base';
import { parseDocument } from 'yaml';
import { show } from './layer.ts';

/** A hand-written configuration has a few hundred lines; more is some other file. */
const MAX_BYTES = 1_000_000;
/** Nested aliases can grow without bound (the "billion laughs"); a configuration needs few. */
const MAX_ALIASES = 100;

/** A configuration file as it was read. */
export interface ConfigFile {
  /** Its name without folders, for messages. */
  readonly name: string;
  /** The preset that it builds on: its top-level key `preset`. */
  readonly preset?: string;
  /** All other keys, unchecked. */
  readonly tree: Record<string, unknown>;
}

/**
 * Reads a YAML (or JSON) configuration.
 *
 * @throws InputError when it is missing, not a file, longer than 1 MB, not YAML, or not a table of keys
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const name = basename(path);
  const facts = await stat(path).catch(() => undefined);
  if (!facts) throw new InputError(`--config: ${path} does not exist; give the path of a YAML file`);
  if (!facts.isFile()) throw new InputError(`--config: ${path} is not a file; give the path of a YAML file`);
  if (facts.size > MAX_BYTES)
    throw new InputError(`${name}: has ${facts.size} bytes, more than the ${MAX_BYTES} of a configuration`);
  const content = parseYaml(await readFile(path, 'utf8'), name);
  if (content === null) return { name, tree: {} };
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new InputError(`${name}: is ${show(content)}, wants keys such as 'optim:'; --print-config shows them all`);
  }
  const { preset, ...tree } = content as Record<string, unknown>;
  if (preset !== undefined && typeof preset !== 'string') {
    throw new InputError(`${name}: preset is ${show(preset)}, wants a name; --help lists them`);
  }
  return { name, preset, tree };
}

function parseYaml(text: string, name: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const error = document.errors[0];
  if (error) {
    const line = error.linePos?.[0].line;
    const reason = error.message.split(/ at line|\n/)[0];
    throw new InputError(`${name}${line ? `:${line}` : ''}: is not YAML (${reason}); correct that line`);
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw new InputError(`${name}: can't be read (${(cause as Error).message}); write its values out`, { cause });
  }
}
