import type { ImageSize } from '../image.ts';

/** What a set of procedural pictures is made from: plain data. Picture `index` of a spec is always the same. */
export interface ProceduralSpec {
  /** Names the set; another seed gives other pictures of the same classes. */
  readonly seed: number;
  /** Height and width of the pictures, in pixels. */
  readonly size: ImageSize;
  /** How many classes there are. */
  readonly classes: number;
}
