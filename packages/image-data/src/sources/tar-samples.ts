import { InputError } from '@masked-distill/base';
import { hasImageExtension, IMAGE_EXTENSIONS } from './image-extensions.ts';
import { parseLabel } from './labels.ts';
import { scanTar, type TarMember } from './tar-scan.ts';

/** The members of one key that matter here. */
export interface TarSample {
  /** The members' common name, up to the first dot. */
  readonly key: string;
  /** The class index in its `.cls` member. */
  readonly label?: number;
  /** Where the picture starts in the archive, in bytes. */
  readonly offset: number;
  /** The picture's bytes. */
  readonly length: number;
}

/** A class index has few digits; more bytes than this in a `.cls` member are something else. */
const MAX_LABEL_BYTES = 64;

type Group = { key: string; label?: number; picture?: TarMember; isExact?: boolean };

/**
 * Groups the members of a tar by key.
 *
 * @throws InputError for a key whose members stand apart, two pictures under one key, or a `.cls` member that is no class index
 */
export async function* groupMembers(path: string): AsyncGenerator<TarSample> {
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
    else if (hasImageExtension(member.name)) addPicture(path, { group, member, extension });
  }
  yield* finish(group);
}

function* finish(group: Group | undefined): Generator<TarSample> {
  if (group?.picture === undefined) return;
  const { key, label, picture } = group;
  yield { key, label, offset: picture.offset, length: picture.length };
}

/** `a.jpg` counts before `a.mask.png`, which is taken only where a key has nothing else. */
function addPicture(path: string, found: { group: Group; member: TarMember; extension: string }): void {
  const { group, member, extension } = found;
  const isExact = IMAGE_EXTENSIONS.includes(extension);
  if (group.picture !== undefined && group.isExact === isExact) {
    throw new InputError(
      `tar: ${path}: ${group.key} has two images, ${group.picture.name} and ${member.name}; give each its own key`,
    );
  }
  if (group.picture === undefined || isExact) Object.assign(group, { picture: member, isExact });
}

async function readLabel(path: string, member: TarMember): Promise<number> {
  const content = new TextDecoder().decode(await member.read(MAX_LABEL_BYTES)).trim();
  const label = member.length > MAX_LABEL_BYTES ? undefined : parseLabel(content);
  if (label === undefined) {
    throw new InputError(`tar: ${path}: ${member.name} holds ${JSON.stringify(content)}, which is no class index`);
  }
  return label;
}

function splitKey(name: string): { key: string; extension: string } {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  return dot < 0
    ? { key: name, extension: '' }
    : { key: name.slice(0, dot), extension: name.slice(dot + 1).toLowerCase() };
}
