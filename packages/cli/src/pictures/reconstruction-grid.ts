import { writeFileAtomic } from '@masked-distill/base/files';
import { createImage, encodePng, pasteImage, type RgbImage, renderGrid } from '@masked-distill/image-data';
import { type MaskedAutoencoder, type Reconstruction, reconstruct } from '@masked-distill/mae';
import type { AsymmetricMask } from '@masked-distill/masking';
import * as tf from '@tensorflow/tfjs-core';
import { type PictureView, reconstructionViews } from './views.ts';

/** What {@link writeReconstructionGrid} shows, and where. */
export interface ReconstructionGridOptions {
  /** The model that reconstructs. */
  readonly model: MaskedAutoencoder;
  /** Normalised pixels. */
  readonly pixels: Float32Array;
  /** `[B, H, W, 3]`. */
  readonly shape: readonly number[];
  /** A mask for each image. */
  readonly masks: readonly AsymmetricMask[];
  /** How the pixels were normalised. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** The PNG file to write. */
  readonly path: string;
  /** The pictures of an image, from left to right. Default: original, masked, reconstructed. */
  readonly views?: readonly PictureView[];
  /** Images side by side, with all their pictures; default 1 for up to four images, else 2. */
  readonly columns?: number;
}

/** Images that go through the model at a time, so that memory does not grow with the picture. */
const CHUNK = 8;
/** Between images that stand side by side. */
const BLOCK_GAP = 24;

/**
 * Writes a picture of what a model makes of images.
 *
 * @throws MaskedDistillError when the file can't be written
 */
export async function writeReconstructionGrid(options: ReconstructionGridOptions): Promise<void> {
  const { shape, path, masks, views = reconstructionViews } = options;
  const { columns = shape[0]! > 4 ? 2 : 1 } = options;
  const rows: RgbImage[][] = [];
  for (let start = 0; start < shape[0]!; start += CHUNK) {
    const some = await reconstructSome(options, start);
    rows.push(...some.map((each, i) => views.map((view) => view.of(each, masks[start + i]!))));
  }
  // Image i stands in block i mod columns, so that they read from left to right.
  const blocks = Array.from({ length: Math.min(columns, rows.length) }, (_, block) =>
    renderGrid(
      rows.filter((_, i) => i % columns === block),
      { columnTitles: views.map(({ title }) => title) },
    ),
  );
  await writeFileAtomic(path, await encodePng(sideBySide(blocks)));
}

async function reconstructSome(options: ReconstructionGridOptions, start: number): Promise<Reconstruction[]> {
  const [, height, width] = options.shape as readonly [number, number, number];
  const masks = options.masks.slice(start, start + CHUNK);
  const size = height * width * 3;
  const own = options.pixels.subarray(start * size, (start + masks.length) * size);
  const pixels = tf.tensor4d(own, [masks.length, height, width, 3]);
  try {
    return await reconstruct(options.model, pixels, { masks, ...options.normalization });
  } finally {
    pixels.dispose();
  }
}

function sideBySide(blocks: readonly RgbImage[]): RgbImage {
  const width = blocks.reduce((sum, block) => sum + block.width + BLOCK_GAP, -BLOCK_GAP);
  const image = createImage(width, Math.max(...blocks.map(({ height }) => height)));
  let left = 0;
  for (const block of blocks) {
    pasteImage(image, block, { left, top: 0 });
    left += block.width + BLOCK_GAP;
  }
  return image;
}
