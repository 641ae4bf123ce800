import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { InputError, MaskedDistillError } from '@masked-distill/base';

/** What a download must be. */
export interface DownloadOptions {
  /** What messages call it. */
  readonly name: string;
  /** The file to become. */
  readonly path: string;
  /** Its length in bytes. */
  readonly size: number;
  /** Its checksum in hexadecimal: of the content, or as git reckons it for what it stores itself. */
  readonly checksum: { readonly kind: 'sha256' | 'git'; readonly value: string };
  /** Hears of every advance. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** How often a broken connection is taken up again, as long as something comes. */
const MAX_ATTEMPTS = 5;

/**
 * Brings a remote file to the disk. What a broken attempt left, in this process or an earlier one, is continued; the file gets its name once
 * its checksum is right.
 *
 * @param open gives the content from a byte on
 * @throws MaskedDistillError when the connection breaks again and again; what is there is kept
 * @throws InputError when the content is not what was promised; it is removed
 */
export async function downloadResumably(
  open: (from: number) => ReadableStream<Uint8Array>,
  { name, path, size, checksum, onProgress }: DownloadOptions,
): Promise<void> {
  const partial = `${path}.incomplete`;
  await mkdir(dirname(path), { recursive: true });
  if ((await sizeOf(partial)) > size) await rm(partial);
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(partial);
    if (before === size && before > 0) break;
    try {
      let done = before;
      const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          done += chunk.length;
          onProgress?.({ done, total: size });
          yield chunk;
        }
      };
      await pipeline(Readable.fromWeb(open(before)), counted, createWriteStream(partial, { flags: 'a' }));
      break;
    } catch (cause) {
      const have = await sizeOf(partial);
      if (attempt < MAX_ATTEMPTS && have > before) continue;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MaskedDistillError(
        `weights: the download of ${name} broke off at byte ${have} of ${size} (${reason}); run it again, it goes on from there`,
        { cause },
      );
    }
  }
  await checkContent(partial, { name, size, checksum });
  await rename(partial, path);
}

async function checkContent(
  path: string,
  { name, size, checksum }: Pick<DownloadOptions, 'name' | 'size' | 'checksum'>,
) {
  const hash = createHash(checksum.kind === 'git' ? 'sha1' : 'sha256');
  if (checksum.kind === 'git') hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Uint8Array);
  const value = hash.digest('hex');
  const length = await sizeOf(path);
  if (value === checksum.value && length === size) return;
  await rm(path);
  const found = length === size ? `has checksum ${value}, not ${checksum.value}` : `has ${length} bytes, not ${size}`;
  throw new InputError(`weights: ${name} ${found} as the hub promised; it was removed, download it again`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
