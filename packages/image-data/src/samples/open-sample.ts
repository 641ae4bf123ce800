import { crc32 } from 'node:zlib';
import { type DecodeOptions, decodeImage } from '../decode/decode-image.ts';
import type { ByteReader } from '../decode/read-bytes.ts';
import { UnreadableImage } from '../errors.ts';
import type { RgbImage } from '../image.ts';
import { renderProcedural } from '../procedural/render-procedural.ts';
import type { BytesLocation, FileLocation, RangeLocation, SampleLocation } from '../sources/image-source.ts';
import { openPicture, openPixels, type Picture } from './picture.ts';

/** A location that holds an encoded file, and one that holds or makes pixels. */
type EncodedLocation = FileLocation | RangeLocation | BytesLocation;
type PixelLocation = Exclude<SampleLocation, EncodedLocation>;

/** Whether a location holds an image file's bytes. */
export function isEncoded(location: SampleLocation): location is EncodedLocation {
  return location.kind === 'file' || location.kind === 'range' || location.kind === 'bytes';
}

/** The bytes of an encoded picture. @throws UnreadableImage when they can't be read */
export function readEncoded(location: EncodedLocation, reader: ByteReader): Uint8Array {
  if (location.kind === 'bytes') return location.bytes;
  return location.kind === 'file' ? reader.file(location.path) : reader.range(location.path, location);
}

/**
 * Opens whatever a location names, to take crops from it.
 *
 * @throws UnreadableImage saying why not
 */
export async function openSample(
  location: SampleLocation,
  options: DecodeOptions & { readonly reader: ByteReader; readonly isReused?: boolean },
): Promise<Picture> {
  if (!isEncoded(location)) return openPixels(readPixels(location, options.reader));
  return openPicture(readEncoded(location, options.reader), options);
}

/**
 * Decodes whatever a location names, whole.
 *
 * @throws UnreadableImage saying why not
 */
export async function decodeSample(
  location: SampleLocation,
  options: DecodeOptions & { readonly reader: ByteReader },
): Promise<RgbImage> {
  if (!isEncoded(location)) return readPixels(location, options.reader);
  return decodeImage(readEncoded(location, options.reader), options);
}

function readPixels(location: PixelLocation, reader: ByteReader): RgbImage {
  switch (location.kind) {
    case 'procedural':
      return renderProcedural(location.spec, location.index);
    case 'unreadable':
      throw new UnreadableImage(location.reason);
    case 'pixels': {
      const { path, offset, width, height, crc } = location;
      const data = reader.range(path, { offset, length: width * height * 3 });
      if (crc32(data) !== crc)
        throw new UnreadableImage(`the cache file ${path} is damaged; remove it to have it made again`);
      return { data, width, height };
    }
  }
}
