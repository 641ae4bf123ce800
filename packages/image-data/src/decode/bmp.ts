import { UnreadableImage } from '../errors.ts';
import type { RgbImage } from '../image.ts';

/** The length of the header that every BMP of the last thirty years starts its description with. */
const INFO_HEADER_BYTES = 40;

/** What the header of a BMP says. */
export interface BmpHeader {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bits of a pixel: 1, 4 or 8 (palette), 24 or 32. */
  readonly bits: number;
  /** Whether the first stored row is the top one. */
  readonly isTopDown: boolean;
  /** Where the rows start, in bytes. */
  readonly start: number;
  /** Where the palette starts, in bytes: four to a colour, blue first. */
  readonly palette: number;
}

/**
 * Reads the header of an uncompressed BMP, which sharp does not.
 *
 * @throws UnreadableImage for a header that is cut short, or a kind of BMP that is not read
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 14 + INFO_HEADER_BYTES) throw new UnreadableImage('BMP header is cut short');
  const headerBytes = view.getUint32(14, true);
  if (headerBytes < INFO_HEADER_BYTES) throw new UnreadableImage(`BMP header of ${headerBytes} bytes is not supported`);
  const [width, signedHeight] = [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)];
  if (width < 1 || signedHeight === 0) throw new UnreadableImage(`BMP says ${width}x${signedHeight} pixels`);
  if (compression !== 0) throw new UnreadableImage(`BMP compression ${compression} is not supported`);
  if (![1, 4, 8, 24, 32].includes(bits)) throw new UnreadableImage(`BMP of ${bits} bits a pixel is not supported`);
  return {
    width,
    height: Math.abs(signedHeight),
    bits,
    isTopDown: signedHeight < 0,
    start: view.getUint32(10, true),
    palette: 14 + headerBytes,
  };
}

/** Decodes an uncompressed BMP. A fourth channel is left out: BMP never said what it means. */
export function decodeBmp(bytes: Uint8Array): RgbImage {
  const { width, height, bits, isTopDown, start, palette } = readBmpHeader(bytes);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (start + rowBytes * height > bytes.length) throw new UnreadableImage('BMP is cut short');
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = start + rowBytes * (isTopDown ? y : height - 1 - y);
    for (let x = 0, out = y * width * 3; x < width; x++, out += 3) {
      const at = bits >= 24 ? row + (x * bits) / 8 : palette + 4 * paletteIndex(bytes, { row, x, bits });
      if (at + 2 >= start && bits < 24) throw new UnreadableImage('BMP names a colour outside its palette');
      data[out] = bytes[at + 2]!;
      data[out + 1] = bytes[at + 1]!;
      data[out + 2] = bytes[at]!;
    }
  }
  return { data, width, height };
}

function paletteIndex(bytes: Uint8Array, pixel: { row: number; x: number; bits: number }): number {
  const bit = pixel.x * pixel.bits;
  const byte = bytes[pixel.row + (bit >> 3)]!;
  return (byte >> (8 - pixel.bits - (bit & 7))) & ((1 << pixel.bits) - 1);
}
