import { createRng } from '@masked-distill/base';
import type { Rgb } from '../image.ts';
import { proceduralClass } from './classes.ts';
import { drawBrightColour, drawPalette } from './colours.ts';
import { drawLight, type Light } from './light.ts';
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
  /** How much it hides of what is behind it; default 1. */
  readonly opacity?: number;
}

/** A procedural picture before it is drawn. */
export interface Scene {
  /** The picture's colours at its four corners: upper left, upper right, lower left, lower right. */
  readonly backdrop: readonly [Rgb, Rgb, Rgb, Rgb];
  /** What stands on it, from back to front. */
  readonly objects: readonly SceneObject[];
  /** The light on everything. */
  readonly light: Light;
  /** Standard deviation of the grain over everything. */
  readonly noise: number;
}

/** Draws up picture `index`: the class decides shape and texture, chance decides all the rest. */
export function drawScene(spec: ProceduralSpec, index: number): Scene {
  const rng = createRng(spec.seed, 'procedural', index);
  const [height, width] = spec.size;
  const side = Math.min(height, width);
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  const { shape, texture } = proceduralClass(index % spec.classes);
  const { subject: colours, backdrop } = drawPalette(rng);
  const radius = side * between(0.45, 0.55);
  const subject: SceneObject = {
    outline: SHAPES[shape]!,
    texture: TEXTURES[texture]!,
    x: width / 2 + between(-0.5, 0.5) * (width - 1.5 * radius),
    y: height / 2 + between(-0.5, 0.5) * (height - 1.5 * radius),
    radius,
    angle: between(-0.2, 0.2),
    grain: between(-0.12, 0.12),
    period: side * between(0.2, 0.25),
    // Rings and rays have a middle, which stays near the object's.
    phase: ['ringed', 'rayed'].includes(texture) ? [between(0, 0.5), between(0, 0.5)] : [rng.uniform(), rng.uniform()],
    colours,
  };
  const clutter = (): SceneObject => {
    const colour = drawBrightColour(rng);
    return {
      outline: SHAPES.disc!,
      texture: TEXTURES.plain!,
      x: between(0, width),
      y: between(0, height),
      radius: side * between(0.05, 0.12),
      angle: 0,
      grain: 0,
      period: side,
      phase: [0, 0],
      colours: [colour, colour],
    };
  };
  const behind = Array.from({ length: rng.integer(2) }, clutter);
  const inFront = Array.from({ length: rng.integer(3) }, clutter);
  return { backdrop, objects: [...behind, subject, ...inFront], light: drawLight(rng), noise: between(1, 3) };
}
