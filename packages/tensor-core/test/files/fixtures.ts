import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../../../shared/fixtures/', import.meta.url);

/** True where the reference values stand beside the repository; tests that need them are skipped elsewhere. */
export const haveFixtures = existsSync(folder);

/** Path of a file of reference values. */
export const fixture = (name: string): string => fileURLToPath(new URL(name, folder));
