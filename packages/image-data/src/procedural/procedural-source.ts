import { InputError } from '@masked-distill/base';
import type { ImageSize } from '../image.ts';
import { fingerprintOf } from '../sources/fingerprint.ts';
import type { ImageSource } from '../sources/image-source.ts';
import { shuffledOrder } from '../sources/shuffle.ts';
import { MAX_PROCEDURAL_CLASSES, proceduralClassNames } from './classes.ts';
import type { ProceduralSpec } from './procedural-spec.ts';

/** How many procedural pictures of what size. */
export interface ProceduralSourceOptions {
  /** Names the set; default 0. */
  readonly seed?: number;
  /** How many pictures; default 2048. */
  readonly length?: number;
  /** Their side, or height and width, in pixels; default 48. */
  readonly size?: number | ImageSize;
  /** How many classes, 2 to 24; default 12. */
  readonly classes?: number;
}

/** Larger pictures would be drawn too slowly to be of use. */
const MAX_SIDE = 2048;

/**
 * A labelled set of pictures that needs no files: one large patterned shape before a backdrop, with clutter behind and in front of it, in
 * uneven light. The class is the shape and its pattern. Place, size, a slight turn, the pattern's phase, tones, light, occlusion and grain
 * are chance: tones and light differ so much that pictures of one class are far apart as pixels. Picture `i` has label `i mod classes`.
 *
 * @throws InputError for an option outside its range
 *
 * @example
 * ```ts
 * const source = createProceduralSource({ seed: 0, length: 2000, size: 48 });
 * ```
 */
export function createProceduralSource(options: ProceduralSourceOptions = {}): ImageSource {
  const { seed = 0, length = 2048, size = 48, classes = 12 } = options;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  check('length', length, { low: 1, high: 2 ** 31 - 1 });
  check('size', height, { low: 8, high: MAX_SIDE });
  check('size', width, { low: 8, high: MAX_SIDE });
  check('classes', classes, { low: 2, high: MAX_PROCEDURAL_CLASSES });
  const spec: ProceduralSpec = { seed, size: [height, width], classes };
  const digits = String(length - 1).length;
  return {
    name: 'procedural images',
    length,
    classes: proceduralClassNames(classes),
    sample: (index) => ({
      key: `procedural-${String(index).padStart(digits, '0')}`,
      label: index % classes,
      location: { kind: 'procedural', spec, index },
    }),
    order: (orderSeed, epoch) => shuffledOrder(length, orderSeed, epoch),
    fingerprint: async () => fingerprintOf(['procedural-2', seed, height, width, classes, length]),
  };
}

function check(name: string, value: number, range: { low: number; high: number }): void {
  if (Number.isInteger(value) && value >= range.low && value <= range.high) return;
  throw new InputError(`procedural: ${name} is ${value}; give a whole number from ${range.low} to ${range.high}`);
}
