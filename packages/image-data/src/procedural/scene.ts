import { createRng, type Rng } from '@masked-distill/base';
import type { Rgb } from '../image.ts';
import type { ProceduralSpec } from './procedural-spec.ts';
import { type Outline, SHAPES } from './shapes.ts';
import { TEXTURES, type Texture } from './textures.ts';

/** Something drawn: an outline, placed and filled. Lengths are in pixels, angles in radians. */
export interface SceneObject {
  /** Its outline. */
  readonly outline: Outline;
  /** Its pattern. */
  readonly texture: Texture;
  /** Its middle. */
  readonly x: number;
  /** Its middle. */
  readonly y: number;
  /** How far it reaches from its middle. */
  readonly radius: number;
  /** How it is turned. */
  readonly angle: number;
  /** How its pattern is turned. */
  readonly grain: number;
  /** The period of its pattern. */
  readonly period: number;
  /** Where its pattern starts, in periods. */
  readonly phase: readonly [number, number];
  /** The pattern's colours. */
  readonly colours: readonly [Rgb, Rgb];
}

/** A procedural picture before it is drawn. */
export interface Scene {
  /** The picture's colours at its four corners: upper left, upper right, lower left, lower right. */
  readonly backdrop: readonly [Rgb, Rgb, Rgb, Rgb];
  /** What stands on it, from back to front. */
  readonly objects: readonly SceneObject[];
  /** Standard deviation of the grain over everything. */
  readonly noise: number;
}

/** The names of the first classes: each a texture on a shape. */
export function proceduralClassNames(classes: number): string[] {
  return ALL_CLASSES.slice(0, classes).map(({ shape, texture }) => `${texture} ${shape}`);
}

/** Ordered so that the first twelve hold three textures on four shapes. */
const ALL_CLASSES = [
  ...pair(['disc', 'square', 'triangle', 'cross'], ['striped', 'checked', 'dotted']),
  ...pair(['star', 'ring'], ['striped', 'checked', 'dotted']),
  ...pair(['disc', 'square', 'triangle', 'cross', 'star', 'ring'], ['plain']),
];

/** How many classes there are in all. */
export const MAX_PROCEDURAL_CLASSES = ALL_CLASSES.length;

function pair(shapes: string[], textures: string[]) {
  return shapes.flatMap((shape) => textures.map((texture) => ({ shape, texture })));
}

/** Draws up picture `index`: the class decides shape and texture, chance decides all the rest. */
export function drawScene(spec: ProceduralSpec, index: number): Scene {
  const rng = createRng(spec.seed, 'procedural', index);
  const [height, width] = spec.size;
  const side = Math.min(height, width);
  const { shape, texture } = ALL_CLASSES[index % spec.classes]!;
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  const object = (
    outline: Outline,
    pattern: Texture,
    place: { x: number; y: number; radius: number },
  ): SceneObject => ({
    ...place,
    outline,
    texture: pattern,
    angle: between(0, 2 * Math.PI),
    grain: between(0, 2 * Math.PI),
    period: side * between(0.11, 0.17),
    phase: [rng.uniform(), rng.uniform()],
    colours: drawColours(rng),
  });
  const radius = side * between(0.3, 0.45);
  const subject = {
    x: width / 2 + between(-0.5, 0.5) * (width - 1.5 * radius),
    y: height / 2 + between(-0.5, 0.5) * (height - 1.5 * radius),
    radius,
  };
  const clutter = () =>
    object(SHAPES.disc!, TEXTURES.plain!, {
      x: between(0, width),
      y: between(0, height),
      radius: side * between(0.05, 0.15),
    });
  const behind = Array.from({ length: rng.integer(4) }, clutter);
  const inFront = Array.from({ length: rng.integer(3) }, clutter);
  return {
    backdrop: [drawColour(rng), drawColour(rng), drawColour(rng), drawColour(rng)],
    objects: [...behind, object(SHAPES[shape]!, TEXTURES[texture]!, subject), ...inFront],
    noise: between(2, 8),
  };
}

function drawColour(rng: Rng): Rgb {
  return [rng.integer(256), rng.integer(256), rng.integer(256)];
}

/** Two colours far enough apart for a pattern to show. */
function drawColours(rng: Rng): [Rgb, Rgb] {
  const first = drawColour(rng);
  for (;;) {
    const second = drawColour(rng);
    const distance = Math.hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2]);
    if (distance > 120) return [first, second];
  }
}
