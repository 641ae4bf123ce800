import type { RgbImage } from '../../image.ts';

/**
 * Turns every pixel's hue, keeping saturation and value (HSV). In place.
 *
 * @param turn in turns of the colour circle, from -0.5 to 0.5: a third takes red to green
 */
export function adjustHue(image: RgbImage, turn: number): RgbImage {
  const { data } = image;
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i]!;
    const green = data[i + 1]!;
    const blue = data[i + 2]!;
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    if (chroma === 0) continue;
    const sector =
      value === red
        ? (green - blue) / chroma
        : value === green
          ? 2 + (blue - red) / chroma
          : 4 + (red - green) / chroma;
    const hue = sector + 6 * turn;
    for (let c = 0; c < 3; c++) {
      // Distance from the channel's own hue (0, 2, 4), in sixths of the circle.
      const k = modulo(5 - 2 * c + hue, 6);
      data[i + c] = value - chroma * Math.max(0, Math.min(k, 4 - k, 1)) + 0.5; // a byte array cuts off what is behind the point
    }
  }
  return image;
}

const modulo = (value: number, by: number): number => value - by * Math.floor(value / by);
