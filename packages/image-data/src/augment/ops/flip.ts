import type { RgbImage } from '../../image.ts';

/** Mirrors a picture left to right, in place. */
export function flipHorizontal(image: RgbImage): RgbImage {
  const { data, width, height } = image;
  for (let y = 0; y < height; y++) {
    for (let left = y * width * 3, right = left + (width - 1) * 3; left < right; left += 3, right -= 3) {
      for (let c = 0; c < 3; c++) {
        const kept = data[left + c]!;
        data[left + c] = data[right + c]!;
        data[right + c] = kept;
      }
    }
  }
  return image;
}
