/** The encoded formats that are read. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp';

/**
 * Tells the format from a file's first bytes, whatever its name says; undefined for anything that isn't read here (SVG among them,
 * since it can reach for other files).
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('II*\0') || head.startsWith('MM\0*') || head.startsWith('II+\0') || head.startsWith('MM\0+')) {
    return 'tiff';
  }
  if (head.slice(4, 8) === 'ftyp' && /^(avif|avis|mif1|msf1)/.test(head.slice(8))) return 'avif';
  if (head.startsWith('BM')) return 'bmp';
  return undefined;
}
