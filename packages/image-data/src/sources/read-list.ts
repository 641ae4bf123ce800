import { readFile, stat } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';

/** A list larger than this is taken for something else, such as an archive given by mistake. */
const MAX_LIST_BYTES = 512 * 2 ** 20;

/**
 * Reads a list's lines.
 *
 * @param wanted what else could have been given, for the error about a file that is no text
 * @throws InputError when it can't be read, is over 512 MiB or no text
 */
export async function readListLines(path: string, wanted: string): Promise<string[]> {
  try {
    const { size } = await stat(path);
    if (size > MAX_LIST_BYTES) {
      throw new InputError(`list: ${path} has ${size} bytes, more than the ${MAX_LIST_BYTES} that a list may have`);
    }
    const bytes = await readFile(path);
    if (bytes.subarray(0, 8192).includes(0)) throw new InputError(`list: ${path} is not text; give ${wanted}`);
    return bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`list: ${path} could not be read (${(cause as Error).message})`, { cause });
  }
}
