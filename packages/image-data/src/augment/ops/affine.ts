import type { Rgb, RgbImage } from '../../image.ts';

/**
 * Where the pixel centre (x, y) of the result is taken from, in pixels from the upper left corner:
 * (a·x + b·y + c, d·x + e·y + f).
 */
export type AffineMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Turns a picture about its middle, counter-clockwise. Returns a new picture of the same size, its corners filled. */
export function rotate(image: RgbImage, degrees: number, fill: Rgb): RgbImage {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [x, y] = [image.width / 2, image.height / 2];
  return warp(image, [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y], fill);
}

/** Slants a picture: row y is taken from `factor·y` pixels further right. Returns a new picture. */
export function shearX(image: RgbImage, factor: number, fill: Rgb): RgbImage {
  return warp(image, [1, factor, 0, 0, 1, 0], fill);
}

/** Slants a picture: column x is taken from `factor·x` pixels further down. Returns a new picture. */
export function shearY(image: RgbImage, factor: number, fill: Rgb): RgbImage {
  return warp(image, [1, 0, 0, factor, 1, 0], fill);
}

/** Moves a picture: each pixel is taken from `share` of the width further right. Returns a new picture. */
export function translateX(image: RgbImage, share: number, fill: Rgb): RgbImage {
  return warp(image, [1, 0, share * image.width, 0, 1, 0], fill);
}

/** Moves a picture: each pixel is taken from `share` of the height further down. Returns a new picture. */
export function translateY(image: RgbImage, share: number, fill: Rgb): RgbImage {
  return warp(image, [1, 0, 0, 0, 1, share * image.height], fill);
}

/** Bilinear; what would come from outside the picture is `fill`, and its outermost half pixel repeats the edge. */
function warp(image: RgbImage, map: AffineMap, fill: Rgb): RgbImage {
  const { data, width, height } = image;
  const [a, b, c, d, e, f] = map;
  const out = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const fromX = a * (x + 0.5) + b * (y + 0.5) + c;
      const fromY = d * (x + 0.5) + e * (y + 0.5) + f;
      if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) {
        out.set(fill, at);
        continue;
      }
      const left = Math.floor(fromX - 0.5);
      const top = Math.floor(fromY - 0.5);
      const shareX = fromX - 0.5 - left;
      const shareY = fromY - 0.5 - top;
      const upper = Math.max(top, 0) * width;
      const lower = Math.min(top + 1, height - 1) * width;
      const near = Math.max(left, 0);
      const far = Math.min(left + 1, width - 1);
      const upperLeft = (upper + near) * 3;
      const upperRight = (upper + far) * 3;
      const lowerLeft = (lower + near) * 3;
      const lowerRight = (lower + far) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const above = data[upperLeft + channel]! * (1 - shareX) + data[upperRight + channel]! * shareX;
        const below = data[lowerLeft + channel]! * (1 - shareX) + data[lowerRight + channel]! * shareX;
        out[at + channel] = above * (1 - shareY) + below * shareY + 0.5; // a byte array cuts off what is behind the point
      }
    }
  }
  return { data: out, width, height };
}
