import { principalComponents } from '@masked-distill/eval';
import { type Rgb, type RgbImage, resizeBicubic } from '@masked-distill/image-data';

/** Colours of patches by their features. */
export interface FeatureColours {
  /** `[n, 3]`: the first three components of all patches, as red, green and blue. */
  readonly all: Uint8Array;
  /** `[n, 3]`: those of the foreground's patches alone; the background is dark. */
  readonly foreground: Uint8Array;
}

/** What {@link featureColours} goes by. */
export interface FeatureColoursOptions {
  /** Columns of the features. */
  readonly width: number;
  /** Patches of each picture. */
  readonly perPicture: number;
  /** Whether a patch lies at the edge of its picture. */
  readonly isAtEdge: (patch: number) => boolean;
}

const DARK: Rgb = [20, 21, 26];
/** Of each component this share at either end is cut off, so that single patches do not decide the colours. */
const CUT = 0.02;
/** Fewer patches have no components of their own. */
const LEAST = 8;

/**
 * Colours features by their first three principal components, of all pictures together but for each one's mean: what differs within pictures
 * shows, not which picture a patch is of. The two halves of each picture by the first component are taken for foreground and background: the
 * background is the one that has more of its patches at the edge.
 *
 * @param features `[n, width]`, picture by picture
 */
export function featureColours(
  features: Float32Array,
  { width, perPicture, isAtEdge }: FeatureColoursOptions,
): FeatureColours {
  const centred = centredByPicture(features, width * perPicture, width);
  const { scores } = principalComponents(centred, { width });
  const count = features.length / width;
  const first = Float64Array.from({ length: count }, (_, i) => scores[i * 3]!);
  const chosen: number[] = [];
  for (let start = 0; start < count; start += perPicture) {
    const threshold = otsu(first.subarray(start, start + perPicture));
    const patches = Array.from({ length: perPicture }, (_, i) => start + i);
    const high = patches.filter((i) => first[i]! > threshold);
    const low = patches.filter((i) => first[i]! <= threshold);
    const edges = (some: readonly number[]) => some.filter(isAtEdge).length / Math.max(1, some.length);
    chosen.push(...(edges(high) <= edges(low) ? high : low));
  }
  const foreground = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) foreground.set(DARK, i * 3);
  if (chosen.length >= LEAST) {
    const own = new Float32Array(chosen.length * width);
    for (const [row, i] of chosen.entries()) own.set(centred.subarray(i * width, (i + 1) * width), row * width);
    const colours = coloursOf(principalComponents(own, { width }).scores);
    for (const [row, i] of chosen.entries()) foreground.set(colours.subarray(row * 3, row * 3 + 3), i * 3);
  }
  return { all: coloursOf(scores), foreground };
}

function centredByPicture(features: Float32Array, size: number, width: number): Float32Array {
  const centred = features.slice();
  for (let start = 0; start < features.length; start += size) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let i = start + column; i < start + size; i += width) sum += features[i]!;
      for (let i = start + column; i < start + size; i += width) centred[i]! -= (sum * width) / size;
    }
  }
  return centred;
}

/** A picture of patches' colours, smoothed to a size. */
export function renderColours(
  colours: Uint8Array,
  {
    rows,
    columns,
    size,
  }: {
    readonly rows: number;
    readonly columns: number;
    readonly size: { readonly width: number; readonly height: number };
  },
): RgbImage {
  return resizeBicubic(
    { data: colours, width: columns, height: rows },
    { left: 0, top: 0, width: columns, height: rows },
    size,
  );
}

function coloursOf(scores: Float32Array): Uint8Array {
  const colours = new Uint8Array(scores.length);
  for (let c = 0; c < 3; c++) {
    const own = Float32Array.from({ length: scores.length / 3 }, (_, i) => scores[i * 3 + c]!);
    const sorted = own.slice().sort();
    const [least, most] = [CUT, 1 - CUT].map((share) => sorted[Math.round(share * (sorted.length - 1))]!) as [
      number,
      number,
    ];
    for (const [i, score] of own.entries()) {
      const place = most > least ? (score - least) / (most - least) : 0.5;
      colours[i * 3 + c] = Math.round(255 * Math.min(1, Math.max(0, place)));
    }
  }
  return colours;
}

/** The value that parts numbers into two groups, each as alike as can be (Otsu 1979), among 64 of equal distance. */
function otsu(values: Float64Array): number {
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  let best = { threshold: (least + most) / 2, between: -1 };
  for (let i = 1; i < 64; i++) {
    const threshold = least + (i / 64) * (most - least);
    const low = values.filter((value) => value <= threshold);
    const high = values.filter((value) => value > threshold);
    if (low.length === 0 || high.length === 0) continue;
    const mean = (some: Float64Array) => some.reduce((a, b) => a + b) / some.length;
    const between = low.length * high.length * (mean(low) - mean(high)) ** 2;
    if (between > best.between) best = { threshold, between };
  }
  return best.threshold;
}
