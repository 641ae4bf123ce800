import type { Box, ImageSize } from '@masked-distill/image-data';
import type { ClipAssembly } from './clip-assembly.ts';
import { storedBox, turnInto } from './orientation.ts';
import type { StreamFacts } from './video-facts.ts';

/** How swscale scales, in all readers: the ffmpeg program's own choice, named so that no version's default changes it. */
const SCALE_FLAGS = 'bicubic';

/** The parts that a request wants, in frames as they are stored. */
export interface StoredParts {
  /** FFmpeg's filters that cut them out of a stored frame, scale them and put each below the one before, as packed RGB. */
  readonly filters: string;
  /** How much comes out for a frame. */
  readonly bytes: number;
  /** Turns what came out for frame `index` upright, into its place. */
  place(index: number, data: Uint8Array): void;
}

/** Finds the parts that an assembly wants in frames as they are stored. */
export function storedParts(assembly: ClipAssembly, facts: StreamFacts): StoredParts {
  const { crops } = assembly;
  const { orientation } = facts;
  const { isTransposed } = orientation;
  const frame = [facts.height, facts.width] as const;
  const upright = isTransposed ? ([frame[1], frame[0]] as const) : frame;
  const [width, height] = isTransposed ? [assembly.height, assembly.width] : [assembly.width, assembly.height];
  const boxes = crops.map((box) => storedBox(box, orientation, upright));
  const partBytes = width * height * 3;
  return {
    filters: cropFilters(boxes, { frame, size: [height, width] }),
    bytes: partBytes * crops.length,
    place(index, data) {
      for (const [crop, part] of assembly.place(index).entries()) {
        turnInto(part, data.subarray(crop * partBytes, (crop + 1) * partBytes), { width, height, orientation });
      }
    },
  };
}

/**
 * Frames whose size changes on the way are cut at the same shares. Where colour is kept for blocks of pixels, a part begins with the block
 * that its corner lies in. What is scaled goes through planes of red, green and blue, into which swscale interpolates colour by vector
 * instructions: to packed RGB at once takes twice as long. What is only converted does not, since versions of FFmpeg differ in how.
 */
function cropFilters(boxes: readonly Box[], { frame, size }: { frame: ImageSize; size: ImageSize }): string {
  const [rows, columns] = frame;
  const [height, width] = size;
  const chains = boxes.map((box) => {
    const planes = box.width === width && box.height === height ? '' : `format=gbrp,scale=flags=${SCALE_FLAGS},`;
    const scale = `scale=w=${width}:h=${height}:flags=${SCALE_FLAGS},${planes}format=rgb24`;
    if (box.width === columns && box.height === rows) return scale;
    const extent = `w=iw*${box.width}/${columns}:h=ih*${box.height}/${rows}`;
    const x = `trunc(iw*${box.left}/${columns}/hsub)*hsub`;
    const y = `trunc(ih*${box.top}/${rows}/vsub)*vsub`;
    return `crop=${extent}:x=${x}:y=${y}:exact=1,${scale}`;
  });
  if (chains.length === 1) return chains[0]!;
  const labels = (name: string) => chains.map((_, i) => `[${name}${i}]`).join('');
  const cut = chains.map((chain, i) => `[whole${i}]${chain}[part${i}]`).join(';');
  return `split=${chains.length}${labels('whole')};${cut};${labels('part')}vstack=inputs=${chains.length}`;
}
