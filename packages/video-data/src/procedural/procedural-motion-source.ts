import type { ImageSize } from '@masked-distill/image-data';
import { fingerprintOf, shuffledOrder } from '@masked-distill/image-data/loading';
import type { ClipSource } from '../sources/clip-source.ts';
import { checkRange } from './check-range.ts';
import type { MotionSpec } from './motion-spec.ts';
import { MAX_MOTION_CLASSES, motionNames } from './motions.ts';

/** How many videos of procedural motion, and of what size. */
export interface ProceduralMotionOptions {
  /** Names the set; default 0. */
  readonly seed?: number;
  /** How many videos; default 2048. */
  readonly length?: number;
  /** Their side, or height and width, in pixels; default 48. */
  readonly size?: number | ImageSize;
  /** Frames of a video; default 32. */
  readonly frames?: number;
  /** How many classes, 2 to 16; default 16. */
  readonly classes?: number;
}

/** Larger frames would be drawn too slowly to be of use. */
const MAX_SIDE = 2048;
/** With more, hardly anything would move from one frame to the next. */
const MAX_FRAMES = 4096;

/**
 * A labelled set of videos that needs no files: two patterned shapes that partly hide each other, before a patterned backdrop, with
 * clutter behind and in front of them. The class is how they move, and nothing else: each single frame has the same distribution for
 * all classes. Mirror images are classes of their own (left and right, clockwise and anticlockwise), and so are motions played
 * backwards. Shapes, patterns, colours, sizes, places, directions, speed, light, grain and the trembling of the camera are chance.
 * Video `i` has label `i mod classes`.
 *
 * @throws InputError for an option outside its range
 *
 * @example
 * ```ts
 * const source = createProceduralMotionSource({ seed: 0, length: 2000, size: 48 });
 * ```
 */
export function createProceduralMotionSource(options: ProceduralMotionOptions = {}): ClipSource {
  const { seed = 0, length = 2048, size = 48, frames = 32, classes = MAX_MOTION_CLASSES } = options;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  checkRange('length', length, { who: 'procedural motion', low: 1, high: 2 ** 31 - 1 });
  checkRange('size', height, { who: 'procedural motion', low: 8, high: MAX_SIDE });
  checkRange('size', width, { who: 'procedural motion', low: 8, high: MAX_SIDE });
  checkRange('frames', frames, { who: 'procedural motion', low: 2, high: MAX_FRAMES });
  checkRange('classes', classes, { who: 'procedural motion', low: 2, high: MAX_MOTION_CLASSES });
  const spec: MotionSpec = { seed, size: [height, width], frames, classes };
  const digits = String(length - 1).length;
  return {
    name: 'procedural motion',
    noun: 'videos',
    length,
    classes: motionNames(classes),
    sample: (index) => ({
      key: `motion-${String(index).padStart(digits, '0')}`,
      label: index % classes,
      location: { kind: 'procedural', spec, index },
    }),
    order: (orderSeed, epoch) => shuffledOrder(length, orderSeed, epoch),
    fingerprint: async () => fingerprintOf(['procedural-motion-1', seed, height, width, frames, classes, length]),
  };
}
