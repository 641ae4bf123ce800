import sharp from 'sharp';

/**
 * Makes sharp use no threads of its own and keep no cache: where workers are the parallelism, both would only compete with them. Holds
 * for the process.
 */
export function useOneSharpThread(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}
