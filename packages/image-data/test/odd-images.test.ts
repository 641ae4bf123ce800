import { readFileSync } from 'node:fs';
import { hasSharedData, sharedPath } from '@masked-distill/testing';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, inspectSource, openImageSource, type RgbImage, UnreadableImage } from '../src/index.ts';
import { scanTar } from '../src/sources/tar-scan.ts';
import { difference } from './support/images.ts';

/** 66 odd files, each with what Pillow says about it: not in the repository, so skipped where the pack is absent. */
const pack = sharedPath('data/image-odd-0000.tar');

interface Facts {
  size?: [number, number];
  exif_orientation?: number | null;
  strict_decode: string;
}

/** Pillow reads past a broken chunk behind the pixels; libpng takes the file for damaged, and so do we. */
const STRICTER_THAN_PILLOW = ['pillow_broken_data_stream_png'];

describe.skipIf(!hasSharedData)('odd images (needs ../shared/data)', () => {
  const load = async () => {
    const files = new Map<string, Buffer>();
    const facts = new Map<string, Facts>();
    const archive = readFileSync(pack);
    for await (const { name, offset, length } of scanTar(pack)) {
      const [key, extension] = name.split('.') as [string, string];
      const content = archive.subarray(offset, offset + length);
      if (extension === 'json') facts.set(key, JSON.parse(content.toString()));
      else files.set(key, content);
    }
    return { files, facts };
  };

  it('each decode upright at the size that Pillow reports, or are refused where Pillow refuses them', async () => {
    const { files, facts } = await load();
    expect(files.size).toBe(66);
    const refused: Record<string, string> = {};
    for (const [key, bytes] of files) {
      const { size, exif_orientation, strict_decode } = facts.get(key)!;
      const outcome = await decodeImage(bytes).catch((error: unknown) => error);
      if (outcome instanceof UnreadableImage) {
        refused[key] = outcome.reason;
        expect(strict_decode !== 'ok' || STRICTER_THAN_PILLOW.includes(key), `${key}: ${outcome.reason}`).toBe(true);
        continue;
      }
      const { width, height, data } = outcome as RgbImage;
      expect(strict_decode, key).toBe('ok');
      expect([width, height], key).toEqual((exif_orientation ?? 1) > 4 ? size!.toReversed() : size);
      expect(data.length, key).toBe(width * height * 3);
    }
    expect(refused).toEqual({
      derived_empty: 'the file is empty',
      derived_header_only: 'Input buffer has corrupt header: VipsJpeg: premature end of JPEG image',
      derived_text: 'not an image of a known format',
      derived_trunc50: 'VipsJpeg: premature end of JPEG image',
      libvips_truncated: 'VipsJpeg: premature end of JPEG image',
      pillow_broken_data_stream_png: 'vipspng: libpng read error',
      pillow_broken_png: 'Input buffer has corrupt header',
      pillow_truncated_jpeg: 'VipsJpeg: premature end of JPEG image',
      pillow_ultrahdr: 'VipsJpeg: premature end of JPEG image',
    });
  });

  it('show the same upright picture for every orientation', async () => {
    const { files } = await load();
    // Upright as stored; but for the number painted in the middle the other seven show the same.
    const golden = await decodeImage(files.get('libvips_rotation_1')!);
    for (let orientation = 2; orientation <= 8; orientation++) {
      const upright = await decodeImage(files.get(`libvips_rotation_${orientation}`)!);
      // Half of them are of another size, so that all are compared at 32 pixels: a wrong turn makes 30 and more.
      const [small, expected] = await Promise.all([upright, golden].map(shrink));
      expect(difference(small!, expected!).mean, `orientation ${orientation}`).toBeLessThan(4);
    }
    const first = await decodeImage(files.get('pillow_hopper')!);
    for (let orientation = 2; orientation <= 8; orientation++) {
      const upright = await decodeImage(files.get(`pillow_hopper_orientation_${orientation}`)!);
      expect(difference(upright, first).mean, `hopper ${orientation}`).toBeLessThan(8);
    }
  });

  it('show the same picture whatever its format and colours', async () => {
    const { files } = await load();
    const hopper = await decodeImage(files.get('pillow_hopper')!);
    expect(difference(await decodeImage(files.get('pillow_hopper_bmp')!), hopper).mean).toBeLessThan(6);
    expect(difference(await decodeImage(files.get('pillow_hopper_webp')!), hopper).mean).toBeLessThan(8);
    const original = await decodeImage(files.get('derived_sub444')!);
    for (const key of ['derived_sub420', 'derived_sub422', 'derived_progressive']) {
      expect(difference(await decodeImage(files.get(key)!), original).mean, key).toBeLessThan(4);
    }
    const sample = await decodeImage(files.get('libvips_sample')!);
    expect(difference(await decodeImage(files.get('libvips_rotation_0_png')!), sample).mean, '16 bits').toBeLessThan(8);
    expect(difference(await decodeImage(files.get('libvips_sample-xyb')!), sample).mean, 'XYB profile').toBeLessThan(8);
  });

  it('are all accounted for by an inspection', async () => {
    const report = await inspectSource(await openImageSource(pack), { workers: 1 });
    expect(report).toMatchObject({ images: 66, readable: 57, classes: undefined });
    expect(report.unreadable).toHaveLength(9);
    expect(report.formats).toEqual([
      { name: 'jpeg', images: 50 },
      { name: 'webp', images: 3 },
      { name: 'png', images: 3 },
      { name: 'bmp', images: 1 },
    ]);
    expect([report.width, report.height]).toMatchObject([
      { min: 1, max: 1800 },
      { min: 1, max: 1800 },
    ]);
  });
});

async function shrink({ data, width, height }: RgbImage): Promise<RgbImage> {
  const small = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(32, 32, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { data: small, width: 32, height: 32 };
}
