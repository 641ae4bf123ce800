import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the data that only this project's own machines have, beside the repository; undefined elsewhere. */
export function sharedData(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../../../shared/data/${name}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
