import type { RgbImage } from '../../image.ts';

type Channel = 0 | 1 | 2;

/** Replaces each byte by its entry in a table, one for every channel. */
function mapTones(image: RgbImage, tableOf: (channel: Channel) => Uint8Array | undefined): RgbImage {
  const { data } = image;
  for (const channel of [0, 1, 2] as const) {
    const table = tableOf(channel);
    if (table === undefined) continue;
    for (let i: number = channel; i < data.length; i += 3) data[i] = table[data[i]!]!;
  }
  return image;
}

const tableFrom = (tone: (value: number) => number): Uint8Array =>
  Uint8Array.from(Uint8ClampedArray.from({ length: 256 }, (_, value) => tone(value)));

function histogram(image: RgbImage, channel: Channel): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i: number = channel; i < image.data.length; i += 3) counts[image.data[i]!]!++;
  return counts;
}

/** Stretches each channel so that its darkest value becomes 0 and its brightest 255. In place. */
export function autoContrast(image: RgbImage): RgbImage {
  return mapTones(image, (channel) => {
    const counts = histogram(image, channel);
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    return high <= low ? undefined : tableFrom((value) => ((value - low) * 255) / (high - low));
  });
}

/**
 * Spreads each channel's values so that all are about equally frequent. In place. The table is the running sum of the histogram in
 * steps of (pixels but those of the brightest value) / 255, as Pillow has it.
 */
export function equalize(image: RgbImage): RgbImage {
  return mapTones(image, (channel) => {
    const counts = histogram(image, channel);
    const brightest = counts.findLastIndex((count) => count > 0);
    const step = Math.floor((image.data.length / 3 - counts[brightest]!) / 255);
    if (step === 0) return undefined;
    let sum = Math.floor(step / 2);
    return tableFrom((value) => {
      const tone = Math.floor(sum / step);
      sum += counts[value]!;
      return tone;
    });
  });
}

/** Turns a picture into its negative. In place. */
export function invert(image: RgbImage): RgbImage {
  return solarize(image, 0);
}

/** Turns the values from `threshold` on into their negatives. In place. */
export function solarize(image: RgbImage, threshold: number): RgbImage {
  const table = tableFrom((value) => (value < threshold ? value : 255 - value));
  return mapTones(image, () => table);
}

/** Brightens the values below 128 by `amount`. In place. */
export function solarizeAdd(image: RgbImage, amount: number): RgbImage {
  const table = tableFrom((value) => (value < 128 ? value + amount : value));
  return mapTones(image, () => table);
}

/** Keeps the `bits` upper bits of every value: 8 changes nothing, 0 is black. In place. */
export function posterize(image: RgbImage, bits: number): RgbImage {
  const mask = (0xff << (8 - bits)) & 0xff;
  const table = tableFrom((value) => value & mask);
  return mapTones(image, () => table);
}
