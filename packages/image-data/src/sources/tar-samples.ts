import { InputError } from '@masked-distill/base';
import { parseLabel } from './labels.ts';
import { scanTar, type TarMember } from './tar-scan.ts';

/** What to look for in a tar. */
export interface TarKind {
  /** What its samples are called in messages, in the plural. */
  readonly noun: string;
  /** The extensions of a sample's file, in lower case. */
  readonly extensions: readonly string[];
  /** Whether `label` and `frames` are looked for in `.json` members; a `.cls` member counts before them. Default false. */
  readonly readsJson?: boolean;
}

/** The members of one key that matter here. */
export interface TarSample {
  /** The members' common name, up to the first dot. */
  readonly key: string;
  /** The class index in its `.cls` member. */
  readonly label?: number;
  /** How many frames its `.json` member says there are. */
  readonly frames?: number;
  /** Where the sample's file starts in the archive, in bytes. */
  readonly offset: number;
  /** Its bytes. */
  readonly length: number;
}

/** A class index has few digits; more bytes than this in a `.cls` member are something else. */
const MAX_LABEL_BYTES = 64;
/** More facts than this about one sample are something else. */
const MAX_JSON_BYTES = 2 ** 20;

type Facts = { readonly label?: number; readonly frames?: number };
type Group = { key: string; label?: number; facts?: Facts; found?: TarMember; isExact?: boolean };

/**
 * Groups the members of a tar by key.
 *
 * @throws InputError for a key whose members stand apart, two samples under one key, or a `.cls` member that is no class index
 */
export async function* groupMembers(path: string, kind: TarKind): AsyncGenerator<TarSample> {
  const seen = new Set<string>();
  let group: Group | undefined;
  for await (const member of scanTar(path)) {
    const { key, extension } = splitKey(member.name);
    if (key.split('/').at(-1) === '') continue; // a hidden file
    if (group?.key !== key) {
      yield* finish(group);
      if (seen.has(key)) {
        throw new InputError(
          `tar: ${path}: the members of ${key} stand apart; write those of one key next to each other`,
        );
      }
      seen.add(key);
      group = { key };
    }
    if (extension === 'cls') group.label = await readLabel(path, member);
    else if (kind.extensions.includes(lastExtension(extension))) addFile(path, { group, member, extension, kind });
    else if (extension === 'json' && kind.readsJson) group.facts = await readFacts(member);
  }
  yield* finish(group);
}

function* finish(group: Group | undefined): Generator<TarSample> {
  if (group?.found === undefined) return;
  const { key, facts, label = facts?.label, found } = group;
  yield {
    key,
    label,
    ...(facts?.frames === undefined ? {} : { frames: facts.frames }),
    offset: found.offset,
    length: found.length,
  };
}

/** `a.jpg` counts before `a.mask.png`, which is taken only where a key has nothing else. */
function addFile(path: string, context: { group: Group; member: TarMember; extension: string; kind: TarKind }): void {
  const { group, member, extension, kind } = context;
  const isExact = kind.extensions.includes(extension);
  if (group.found !== undefined && group.isExact === isExact) {
    throw new InputError(
      `tar: ${path}: ${group.key} has two ${kind.noun}, ${group.found.name} and ${member.name}; give each its own key`,
    );
  }
  if (group.found === undefined || isExact) Object.assign(group, { found: member, isExact });
}

async function readLabel(path: string, member: TarMember): Promise<number> {
  const content = new TextDecoder().decode(await member.read(MAX_LABEL_BYTES)).trim();
  const label = member.length > MAX_LABEL_BYTES ? undefined : parseLabel(content);
  if (label === undefined) {
    throw new InputError(`tar: ${path}: ${member.name} holds ${JSON.stringify(content)}, which is no class index`);
  }
  return label;
}

/** What a `.json` member says that is of use. Whatever else it holds is nobody's business here. */
async function readFacts(member: TarMember): Promise<Facts> {
  if (member.length > MAX_JSON_BYTES) return {};
  try {
    const facts: unknown = JSON.parse(new TextDecoder().decode(await member.read(MAX_JSON_BYTES)));
    const { label, frames } = (facts ?? {}) as Record<string, unknown>;
    const count = (value: unknown) =>
      Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
    return { label: count(label), frames: count(frames) };
  } catch {
    return {};
  }
}

const lastExtension = (extension: string): string => extension.slice(extension.lastIndexOf('.') + 1);

function splitKey(name: string): { key: string; extension: string } {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  return dot < 0
    ? { key: name, extension: '' }
    : { key: name.slice(0, dot), extension: name.slice(dot + 1).toLowerCase() };
}
