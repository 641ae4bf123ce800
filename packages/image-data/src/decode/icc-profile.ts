/**
 * Whether an ICC profile describes sRGB, by the name in its `desc` tag, so that converting to sRGB would change nothing. Most
 * photos that carry a profile carry this one, and leaving the conversion out halves the time to decode them.
 */
export function isSrgbProfile(profile: Uint8Array): boolean {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.length);
  if (profile.length < 132 || ascii(profile, 16, 4) !== 'RGB ') return false;
  const tags = Math.min(view.getUint32(128), 100);
  for (let at = 132; at < 132 + tags * 12 && at + 12 <= profile.length; at += 12) {
    if (ascii(profile, at, 4) !== 'desc') continue;
    const offset = view.getUint32(at + 4);
    // ASCII in version 2, UTF-16 in version 4; without zero bytes both read alike.
    const name = ascii(profile, offset + 12, Math.min(view.getUint32(at + 8), 200)).replaceAll('\0', '');
    return /sRGB/i.test(name) && !/linear|scRGB/i.test(name);
  }
  return false;
}

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
