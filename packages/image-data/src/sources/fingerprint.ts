import { createHash } from 'node:crypto';

/** SHA-256, in hexadecimal, of a sequence of texts; each is framed by its length, so that no two sequences collide by shifting. */
export function fingerprintOf(parts: Iterable<string | number | undefined>): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = String(part);
    hash.update(`${text.length}:${text}`);
  }
  return hash.digest('hex');
}
