import { type Rgb, type RgbImage, resizeBicubic } from '@masked-distill/image-data';

/** Dark violet over red to light yellow, even in lightness, so that it reads in grey too. */
const HEAT: readonly Rgb[] = [
  [13, 8, 46],
  [74, 16, 110],
  [139, 34, 105],
  [203, 65, 73],
  [241, 125, 34],
  [252, 195, 65],
  [252, 253, 191],
];
/** Share of the heat where it is least and where it is most. */
const COVER = [0.5, 0.82] as const;

/** A map of numbers over a picture: each cell's, scaled from the least to the greatest and smoothed, as a colour on the picture in grey. */
export function renderHeat(
  image: RgbImage,
  { values, rows, columns }: { readonly values: ArrayLike<number>; readonly rows: number; readonly columns: number },
): RgbImage {
  const all = Array.from(values);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const cells = { data: new Uint8Array(rows * columns * 3), width: columns, height: rows };
  for (const [i, value] of all.entries()) {
    cells.data.fill(most > least ? Math.round((255 * (value - least)) / (most - least)) : 0, i * 3, i * 3 + 3);
  }
  const smooth = resizeBicubic(cells, { left: 0, top: 0, width: columns, height: rows }, image);
  const data = new Uint8Array(image.data.length);
  for (let pixel = 0; pixel < data.length; pixel += 3) {
    const heat = smooth.data[pixel]! / 255;
    const colour = heatColour(heat);
    const cover = COVER[0] + heat * (COVER[1] - COVER[0]);
    const [r, g, b] = image.data.subarray(pixel, pixel + 3) as unknown as Rgb;
    const grey = 0.299 * r + 0.587 * g + 0.114 * b;
    for (let c = 0; c < 3; c++) data[pixel + c] = Math.round((1 - cover) * grey + cover * colour[c]!);
  }
  return { data, width: image.width, height: image.height };
}

function heatColour(heat: number): Rgb {
  const place = heat * (HEAT.length - 1);
  const below = Math.min(HEAT.length - 2, Math.floor(place));
  const [low, high] = [HEAT[below]!, HEAT[below + 1]!];
  return low.map((value, c) => value + (place - below) * (high[c]! - value)) as unknown as Rgb;
}
