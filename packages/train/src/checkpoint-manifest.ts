import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The file that completes a checkpoint: written last, it says what the others must be. */
export const MANIFEST = 'state.json';

const VERSION = 1;

/** What a run remembers beside its tensors takes kilobytes. */
const MAX_MANIFEST_BYTES = 64 * 2 ** 20;

/** Size and SHA-256 of a file. */
export interface FileDigest {
  bytes: number;
  sha256: string;
}

/** What `state.json` holds. */
export interface Manifest {
  /** Steps done. */
  step: number;
  /** What the run remembers beside its tensors. */
  state: unknown;
  /** The other files of the checkpoint, by name. */
  files: Readonly<Record<string, FileDigest>>;
}

/**
 * The text of `state.json`. Numbers that JSON lacks are kept as `{"$number": "NaN"}`; the text carries its own checksum.
 *
 * @throws TypeError when the state holds what JSON can't
 */
export function encodeManifest({ step, state, files }: Manifest): string {
  const body = JSON.stringify({ version: VERSION, step, state, files }, keepNumber);
  return `{"sha256":"${sha256(body)}","checkpoint":${body}}\n`;
}

/**
 * Reads and checks a checkpoint folder: `state.json` against its checksum, every file against its size and its checksum.
 *
 * @throws Error that says what is wrong
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const manifest = decodeManifest(await readText(folder));
  if (basename(folder) !== `step-${manifest.step}`) throw new Error(`${MANIFEST} is of step ${manifest.step}`);
  for (const [name, digest] of Object.entries(manifest.files)) {
    if (basename(name) !== name) throw new Error(`${MANIFEST} lists a file outside of the folder`);
    const { size } = await stat(join(folder, name)).catch(() => ({ size: undefined }));
    if (size === undefined) throw new Error(`${name} is missing`);
    if (size !== digest.bytes) throw new Error(`${name} has ${size} bytes instead of ${digest.bytes}`);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, name), { highWaterMark: 2 ** 20 })) hash.update(chunk);
    if (hash.digest('hex') !== digest.sha256) throw new Error(`${name} has a wrong checksum`);
  }
  return manifest;
}

async function readText(folder: string): Promise<string> {
  const path = join(folder, MANIFEST);
  const { size } = await stat(path).catch(() => {
    throw new Error(`${MANIFEST} is missing`);
  });
  if (size > MAX_MANIFEST_BYTES)
    throw new Error(`${MANIFEST} has ${size} bytes, more than the limit of ${MAX_MANIFEST_BYTES}`);
  return readFile(path, 'utf8');
}

function decodeManifest(text: string): Manifest {
  const [, sum, body] = /^\{"sha256":"([0-9a-f]{64})","checkpoint":(.*)\}\n$/s.exec(text) ?? [];
  if (sum === undefined || body === undefined) throw new Error(`${MANIFEST} is cut off or damaged`);
  if (sha256(body) !== sum) throw new Error(`${MANIFEST} has a wrong checksum`);
  const { version, ...manifest } = JSON.parse(body, restoreNumber) as Manifest & { version: number };
  if (version !== VERSION) throw new Error(`${MANIFEST} is of version ${version}, this program reads ${VERSION}`);
  return manifest;
}

function keepNumber(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value;
}

function restoreNumber(_: string, value: unknown): unknown {
  const text = typeof value === 'object' && value !== null && '$number' in value ? value.$number : undefined;
  return text === undefined ? value : Number(text);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
