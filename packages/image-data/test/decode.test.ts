import { InputError } from '@masked-distill/base';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isSrgbProfile } from '../src/decode/icc-profile.ts';
import { decodeImage, type RgbImage, readImageHeader, UnreadableImage } from '../src/index.ts';
import { difference, jpegOf, noiseImage, paintImage, pngOf, smoothImage, toSharp } from './support/images.ts';

const photo = smoothImage(40, 24);

/** The first colour of a picture. */
const firstPixel = ({ data }: RgbImage) => [...data.subarray(0, 3)];

describe('decodeImage', () => {
  it('keeps every byte of a lossless file', async () => {
    const image = noiseImage(17, 9);
    for (const file of [
      await pngOf(image),
      await toSharp(image).webp({ lossless: true }).toBuffer(),
      await toSharp(image).tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      expect(await decodeImage(file)).toEqual({ ...image, data: Buffer.from(image.data) });
    }
  });

  it('stands upright for every EXIF orientation, as does the header', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const stored = await toSharp(photo).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
      const upright = await decodeImage(stored);
      const source = await decodeImage(await toSharp(photo).jpeg({ quality: 95 }).toBuffer());
      const isTurned = orientation > 4;
      expect([upright.width, upright.height]).toEqual(isTurned ? [24, 40] : [40, 24]);
      expect(await readImageHeader(stored)).toMatchObject({ width: upright.width, height: upright.height });
      // Where the stored upper left corner stands once upright, by the EXIF standard.
      const corner = { 1: [0, 0], 2: [1, 0], 3: [1, 1], 4: [0, 1], 5: [0, 0], 6: [1, 0], 7: [1, 1], 8: [0, 1] }[
        orientation
      ]!;
      const at = (corner[1]! * (upright.height - 1) * upright.width + corner[0]! * (upright.width - 1)) * 3;
      expect([...upright.data.subarray(at, at + 3)]).toEqual(firstPixel(source));
    }
  });

  it('makes sound RGB of grey, grey with alpha, 16 bits, CMYK and palettes', async () => {
    const grey = await sharp(photo.data, { raw: { width: 40, height: 24, channels: 3 } })
      .greyscale()
      .png()
      .toBuffer();
    const { data } = await decodeImage(grey);
    expect(data.length).toBe(40 * 24 * 3);
    for (let i = 0; i < data.length; i += 3) expect(data[i] === data[i + 1] && data[i] === data[i + 2]).toBe(true);

    const deep = await toSharp(photo).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect(difference(await decodeImage(deep), photo).max).toBeLessThanOrEqual(1);

    const flat = paintImage(32, 32, () => [200, 60, 40]);
    const cmyk = await toSharp(flat).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expect(difference(await decodeImage(cmyk), flat).mean).toBeLessThan(20); // through an ink profile and back

    const palette = await toSharp(flat).png({ palette: true }).toBuffer();
    expect(firstPixel(await decodeImage(palette))).toEqual([200, 60, 40]);
  });

  it('lays transparent parts on white', async () => {
    const rgba = Buffer.from([255, 0, 0, 255, 0, 0, 0, 128, 9, 9, 9, 0]);
    const png = await sharp(rgba, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await decodeImage(png)).data]).toEqual([255, 0, 0, 127, 127, 127, 255, 255, 255]);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat(
      [paintImage(8, 8, () => [255, 0, 0]), paintImage(8, 8, () => [0, 0, 255])].map(({ data }) => data),
    );
    const gif = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const { width, height, data } = await decodeImage(gif);
    expect([width, height, ...data.subarray(0, 3)]).toEqual([8, 8, 255, 0, 0]);
  });

  it('honours a colour profile, and leaves out converting from sRGB to sRGB', async () => {
    const wide = await toSharp(photo).withIccProfile('p3').png().toBuffer();
    const srgb = await toSharp(photo).withIccProfile('srgb').png().toBuffer();
    expect(isSrgbProfile((await sharp(wide).metadata()).icc!)).toBe(false);
    expect(isSrgbProfile((await sharp(srgb).metadata()).icc!)).toBe(true);
    // Encoding converted the colours to P3; decoding brings them back.
    expect(difference(await decodeImage(wide), photo).mean).toBeLessThan(1.5);
    expect((await decodeImage(srgb)).data).toEqual(Buffer.from(photo.data));
  });

  it('decodes AVIF and GIF', async () => {
    const flat = paintImage(24, 16, () => [30, 160, 90]);
    for (const file of [await toSharp(flat).avif({ quality: 90 }).toBuffer(), await toSharp(flat).gif().toBuffer()]) {
      const decoded = await decodeImage(file);
      expect([decoded.width, decoded.height]).toEqual([24, 16]);
      expect(difference(decoded, flat).max).toBeLessThanOrEqual(4);
    }
  });

  it('refuses a picture over the pixel limit from its header, before decoding it', async () => {
    const bomb = await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(2 ** 20);
    // The first bytes are enough to refuse it, so nothing is decoded.
    await expect(decodeImage(bomb.subarray(0, 200))).rejects.toThrow(
      'decodeImage: 12000x12000 pixels are over the limit of 134217728',
    );
    await expect(decodeImage(await pngOf(photo), { maxPixels: 900 })).rejects.toThrow(
      '40x24 pixels are over the limit of 900',
    );
  });

  it('refuses what is no image, and formats that are not read, with a reason', async () => {
    const reasonOf = async (bytes: Uint8Array | string) =>
      decodeImage(Buffer.from(bytes)).then(
        () => 'decoded',
        (error: unknown) =>
          error instanceof UnreadableImage && error instanceof InputError ? error.reason : String(error),
      );
    expect(await reasonOf('')).toBe('the file is empty');
    expect(await reasonOf('hello, this is text')).toBe('not an image of a known format');
    expect(await reasonOf('<svg xmlns="http://www.w3.org/2000/svg"/>')).toBe('not an image of a known format');
    const jpeg = await jpegOf(photo);
    expect(await reasonOf(jpeg.subarray(0, 100))).toMatch(/premature end|corrupt header/);
    expect(await reasonOf(jpeg.subarray(0, jpeg.length - 300))).toMatch(/premature end of JPEG/);
  });

  it('takes what there is of a truncated file when told to', async () => {
    const jpeg = await jpegOf(smoothImage(200, 200));
    const { width, height, data } = await decodeImage(jpeg.subarray(0, jpeg.length >> 1), { failOn: 'none' });
    expect([width, height, data.length]).toEqual([200, 200, 120_000]);
  });

  it('decodes or refuses, and never anything else, whatever bytes are changed', async () => {
    const files = [await jpegOf(photo), await pngOf(photo), await toSharp(photo).webp().toBuffer(), bmpOf(photo)];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        async (file, changes) => {
          const bytes = Buffer.from(file);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const outcome = await decodeImage(bytes, { maxPixels: 1e6 }).catch((error: unknown) => error);
          if (outcome instanceof Error) {
            expect(outcome).toBeInstanceOf(UnreadableImage);
            expect(outcome.message).not.toContain('\n');
          } else {
            const { data, width, height } = outcome as RgbImage;
            expect(data.length).toBe(width * height * 3);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** A 24-bit BMP, rows from the bottom up. */
function bmpOf({ data, width, height }: RgbImage, bits = 24): Buffer {
  const row = Math.ceil((width * bits) / 32) * 4;
  const file = Buffer.alloc(54 + row * height);
  file.write('BM');
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      file.set([data[from + 2]!, data[from + 1]!, data[from]!], 54 + (height - 1 - y) * row + (x * bits) / 8);
    }
  }
  return file;
}

describe('BMP', () => {
  const image = noiseImage(5, 3);

  it('decodes 24 and 32 bits, bottom up and top down', async () => {
    expect((await decodeImage(bmpOf(image))).data).toEqual(image.data);
    expect((await decodeImage(bmpOf(image, 32))).data).toEqual(image.data);
    const flipped = bmpOf(image);
    flipped.writeInt32LE(-3, 22);
    const rows = [2, 1, 0].flatMap((y) => [...image.data.subarray(y * 15, y * 15 + 15)]);
    expect([...(await decodeImage(flipped)).data]).toEqual(rows);
  });

  it('decodes palettes of 1, 4 and 8 bits', async () => {
    const colours = [10, 20, 30, 0, 40, 50, 60, 0]; // blue, green, red, unused
    for (const [bits, pixels] of [
      [1, [0b01000000]],
      [4, [0x01, 0x00]],
      [8, [0, 1, 0]],
    ] as const) {
      const file = bmpOf({ data: new Uint8Array(9), width: 3, height: 1 });
      const whole = Buffer.concat([
        file.subarray(0, 54),
        Buffer.from(colours),
        Buffer.from([...pixels, 0, 0, 0, 0]).subarray(0, 4),
      ]);
      whole.writeUInt32LE(62, 10);
      whole.writeUInt16LE(bits, 28);
      expect([...(await decodeImage(whole)).data], `${bits} bits`).toEqual([30, 20, 10, 60, 50, 40, 30, 20, 10]);
    }
  });

  it.each([
    ['compression', (file: Buffer) => file.writeUInt32LE(1, 30), 'BMP compression 1 is not supported'],
    ['an odd depth', (file: Buffer) => file.writeUInt16LE(17, 28), 'BMP of 17 bits a pixel is not supported'],
    ['no width', (file: Buffer) => file.writeInt32LE(0, 18), 'BMP says 0x3 pixels'],
    ['a size beyond its end', (file: Buffer) => file.writeInt32LE(4, 22), 'BMP is cut short'],
    [
      'an absurd size',
      (file: Buffer) => file.writeInt32LE(2 ** 30, 18),
      '1073741824x3 pixels are over the limit of 134217728',
    ],
    ['an old header', (file: Buffer) => file.writeUInt32LE(12, 14), 'BMP header of 12 bytes is not supported'],
  ])('refuses %s', async (_, spoil, reason) => {
    const file = bmpOf(image);
    spoil(file);
    await expect(decodeImage(file)).rejects.toThrow(`decodeImage: ${reason}`);
  });
});
