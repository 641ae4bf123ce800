import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of something in the developers' `shared` folder, which stands beside the repository and which a user does not have. */
export function sharedPath(relative: string): string {
  return fileURLToPath(new URL(`../../../../shared/${relative}`, import.meta.url));
}

/** Whether the reference numbers are at hand; tests that need them are skipped without. */
export const hasFixtures: boolean = existsSync(sharedPath('fixtures'));

/** Whether the real images and clips are at hand. */
export const hasSharedData: boolean = existsSync(sharedPath('data'));
