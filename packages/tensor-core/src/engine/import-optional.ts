/**
 * Imports a package that may not be installed.
 *
 * @param load imports it by a literal name, which tools that look for unused packages can read; default by `packageName`
 * @throws Error whose message is the reason in a few words: not installed, or what it said while loading
 */
export async function importOptional(
  packageName: string,
  load: () => Promise<unknown> = () => import(packageName),
): Promise<unknown> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    // Vite puts a module that throws in the place of an optional peer that is not installed.
    const isMissing =
      (code === 'ERR_MODULE_NOT_FOUND' && message.includes(packageName)) ||
      message.startsWith(`Could not resolve "${packageName}"`);
    throw new Error(isMissing ? 'not installed' : `failed to load: ${message.split('\n')[0]}`, { cause });
  }
}
