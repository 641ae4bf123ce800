import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The folders in which a package is found by others: more than one where several copies are installed.
 *
 * @param packageName the package looked for
 * @param folder a folder of the user's project
 * @param users packages that import it; those that are not installed are left out
 */
export function findCopies(
  packageName: string,
  { folder, users }: { readonly folder: string; readonly users: readonly string[] },
): string[] {
  const starts = [import.meta.url, join(folder, 'package.json')];
  const importers = starts.flatMap((start) => users.map((user) => manifestOf(user, start)));
  const found = [...starts, ...importers].map((start) => start && manifestOf(packageName, start));
  return [...new Set(found.filter((manifest) => manifest !== undefined).map((manifest) => dirname(manifest)))];
}

/** Where a package's `package.json` is, seen from a file. Asked of the search path, since `exports` may hide the file. */
function manifestOf(packageName: string, from: string): string | undefined {
  for (const folder of createRequire(from).resolve.paths(packageName) ?? []) {
    try {
      return realpathSync(join(folder, packageName, 'package.json'));
    } catch {
      // The next folder up may have it.
    }
  }
  return undefined;
}
