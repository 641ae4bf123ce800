import { SHAPES } from './shapes.ts';
import { TEXTURES } from './textures.ts';

/** How many classes there are in all. */
export const MAX_PROCEDURAL_CLASSES = 24;

/** What makes a class: a texture on a shape, by name. */
export interface ProceduralClass {
  /** A name of {@link SHAPES}. */
  readonly shape: string;
  /** A name of {@link TEXTURES}. */
  readonly texture: string;
}

/**
 * Class `index`. The first twelve share neither shape nor texture, so that either tells them apart; further ones meet the shapes again, in
 * other textures.
 */
export function proceduralClass(index: number): ProceduralClass {
  const [shapes, textures] = [Object.keys(SHAPES), Object.keys(TEXTURES)];
  const round = Math.floor(index / shapes.length);
  return { shape: shapes[index % shapes.length]!, texture: textures[(index + 3 * round) % textures.length]! };
}

/** The names of the first classes. */
export function proceduralClassNames(classes: number): string[] {
  return Array.from({ length: classes }, (_, index) => {
    const { shape, texture } = proceduralClass(index);
    return `${texture} ${shape}`;
  });
}
