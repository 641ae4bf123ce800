import type { Mix, MixBox } from './mixing.ts';

/** Options of {@link mixPixels}. */
export interface MixPixelsOptions {
  /** `[B, H, W, C]`, or `[B, T, H, W, C]` of clips, all frames of which are mixed alike. */
  shape: readonly number[];
  /** One for each sample; see `drawMixes`. */
  mixes: readonly Mix[];
}

/** Mixes the samples of a batch in place, each with its partner as that was before. */
export function mixPixels(pixels: Float32Array, { shape, mixes }: MixPixelsOptions): void {
  const batch = shape[0]!;
  const values = pixels.length / batch;
  const sample = (i: number) => pixels.subarray(i * values, (i + 1) * values);
  for (let i = 0; i < Math.floor(batch / 2); i++) {
    const [first, second] = [sample(i), sample(batch - 1 - i)];
    const before = first.slice();
    mixInto(first, second, { mix: mixes[i]!, shape });
    mixInto(second, before, { mix: mixes[batch - 1 - i]!, shape });
  }
}

function mixInto(
  own: Float32Array,
  other: Float32Array,
  { mix: { share, box }, shape }: { mix: Mix; shape: readonly number[] },
): void {
  if (box) pasteBox(own, other, { box, shape });
  else if (share < 1) for (let k = 0; k < own.length; k++) own[k] = own[k]! * share + other[k]! * (1 - share);
}

function pasteBox(
  own: Float32Array,
  other: Float32Array,
  { box, shape }: { box: MixBox; shape: readonly number[] },
): void {
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  const frame = height * width * channels;
  for (let start = 0; start < own.length; start += frame) {
    for (let row = box.top; row < box.top + box.height; row++) {
      const from = start + (row * width + box.left) * channels;
      own.set(other.subarray(from, from + box.width * channels), from);
    }
  }
}
