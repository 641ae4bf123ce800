import { createRng, type Rng } from '@masked-distill/base';
import type { Rgb } from '@masked-distill/image-data';
import {
  drawBrightColour,
  drawLight,
  drawPalette,
  type Light,
  type SceneObject,
  SHAPES,
  TEXTURES,
} from '@masked-distill/image-data/loading';
import type { MotionSpec } from './motion-spec.ts';

/** One of the two that move, as it looks: what does not change in a video. */
export interface Actor {
  /** Name of its outline. */
  readonly shape: string;
  /** Name of its pattern. */
  readonly texture: string;
  /** The pattern's colours. */
  readonly colours: readonly [Rgb, Rgb];
  /** How its pattern is turned against it, in turns. */
  readonly grain: number;
  /** The pattern's period, in radii. */
  readonly period: number;
  /** How it is turned in the first frame, in turns. */
  readonly turn: number;
}

/** How the camera trembles along one axis. */
export interface Tremor {
  /** Short sides of the frame. */
  readonly reach: number;
  /** Rounds in a video. */
  readonly rounds: number;
  /** Where in its round it starts. */
  readonly phase: number;
}

/**
 * A video of procedural motion before it is set in motion. The pair's place, turns, depth, direction and pass are places on circles,
 * each drawn evenly and independently of the others: a motion that adds to them leaves their distribution as it is. So every frame,
 * taken alone, has the same distribution whatever the motion, and the first frame of video `index` is the same picture for all.
 */
export interface MotionScene {
  /** The two that move. */
  readonly actors: readonly [Actor, Actor];
  /** The middle between them, in widths and heights of the frame. */
  readonly place: readonly [x: number, y: number];
  /** How near the first one is, from 0 to 1; the second is half the depth away from it. */
  readonly near: number;
  /** The direction of the line along which they pass each other, in turns. */
  readonly direction: number;
  /** How far round they are in passing each other there and back. */
  readonly pass: number;
  /** The side on which they pass. */
  readonly side: 1 | -1;
  /** Where in its round a periodic motion starts. */
  readonly phase: number;
  /** How fast it goes; 1 on average. */
  readonly speed: number;
  /** What stands behind everything. */
  readonly backdrop: SceneObject;
  /** What stands still behind the two. */
  readonly behind: readonly SceneObject[];
  /** What stands still in front of them. */
  readonly inFront: readonly SceneObject[];
  /** How the camera trembles to the right and down: a slow and a quick part of each. */
  readonly tremors: readonly [right: readonly Tremor[], down: readonly Tremor[]];
  /** The light on everything. */
  readonly light: Light;
  /** Standard deviation of the grain over everything. */
  readonly noise: number;
}

/** Outlines that show how they are turned. */
const TURNED_SHAPES = Object.keys(SHAPES).filter((name) => name !== 'disc' && name !== 'ring');
const PATTERNS = Object.keys(TEXTURES).filter((name) => name !== 'ringed');

/** Draws up video `index`. Nothing of it depends on the class. */
export function drawMotionScene(spec: MotionSpec, index: number): MotionScene {
  const rng = createRng(spec.seed, 'procedural-motion', index);
  const [height, width] = spec.size;
  const side = Math.min(height, width);
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  const clutter = (count: number) =>
    Array.from({ length: count }, () => {
      const colour = drawBrightColour(rng);
      return patch({ x: between(0, width), y: between(0, height), radius: side * between(0.03, 0.07), colour });
    });
  return {
    actors: [drawActor(rng), drawActor(rng)],
    place: [rng.uniform(), rng.uniform()],
    near: rng.uniform(),
    direction: rng.uniform(),
    pass: rng.uniform(),
    side: rng.uniform() < 0.5 ? -1 : 1,
    phase: rng.uniform(),
    speed: between(0.75, 1.25),
    backdrop: drawBackdrop(rng, { width, height }),
    behind: clutter(rng.integer(4)),
    inFront: clutter(rng.integer(3)),
    tremors: [drawTremors(rng), drawTremors(rng)],
    light: drawLight(rng).map((value) => 0.6 * value),
    noise: between(1, 4),
  };
}

/** Draws how an actor looks. */
export function drawActor(rng: Rng): Actor {
  const colour = drawBrightColour(rng);
  return {
    shape: TURNED_SHAPES[rng.integer(TURNED_SHAPES.length)]!,
    texture: PATTERNS[rng.integer(PATTERNS.length)]!,
    colours: [colour, drawBrightColour(rng)],
    grain: rng.uniform(),
    period: 0.6 + 0.4 * rng.uniform(),
    turn: rng.uniform(),
  };
}

/** Draws what stands behind everything. */
export function drawBackdrop(rng: Rng, { width, height }: { width: number; height: number }): SceneObject {
  const { backdrop } = drawPalette(rng);
  const contrast = 10 + 20 * rng.uniform();
  const shifted = backdrop[0].map((value) => value + contrast) as unknown as Rgb;
  return {
    outline: () => -1,
    texture: TEXTURES[PATTERNS[rng.integer(PATTERNS.length)]!]!,
    x: width / 2,
    y: height / 2,
    radius: width + height,
    angle: 0,
    grain: 2 * Math.PI * rng.uniform(),
    period: Math.min(width, height) * (0.12 + 0.2 * rng.uniform()),
    phase: [rng.uniform(), rng.uniform()],
    colours: [backdrop[0], shifted],
  };
}

function patch({ x, y, radius, colour }: { x: number; y: number; radius: number; colour: Rgb }): SceneObject {
  const { disc, plain } = { ...SHAPES, ...TEXTURES } as { disc: SceneObject['outline']; plain: SceneObject['texture'] };
  return {
    outline: disc,
    texture: plain,
    x,
    y,
    radius,
    angle: 0,
    grain: 0,
    period: 1,
    phase: [0, 0],
    colours: [colour, colour],
  };
}

const drawTremors = (rng: Rng): Tremor[] => [
  { reach: 0.02 * rng.uniform(), rounds: 0.5 + rng.uniform(), phase: rng.uniform() },
  { reach: 0.008 * rng.uniform(), rounds: 4 + 4 * rng.uniform(), phase: rng.uniform() },
];
