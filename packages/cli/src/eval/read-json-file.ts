import { readFile, stat } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import type * as z from 'zod';
import { parseJson } from '../weights/parse-json.ts';

/** Larger files are not read: results of a million samples are smaller. */
const MAX_BYTES = 2 ** 28;

/**
 * Reads a JSON file of ours.
 *
 * @returns undefined where there is none
 * @throws InputError when it is something else
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info) return undefined;
  const text = info.size > MAX_BYTES ? undefined : await readFile(path, 'utf8');
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new InputError(`eval: ${path} was not written by masked-distill eval; name another, or remove it`);
}
