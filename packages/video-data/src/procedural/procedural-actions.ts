import { createRng } from '@masked-distill/base';
import type { ImageSize } from '@masked-distill/image-data';
import {
  drawLight,
  fingerprintOf,
  type SceneObject,
  SHAPES,
  shuffledOrder,
  TEXTURES,
} from '@masked-distill/image-data/loading';
import type { Clip } from '../clip.ts';
import type { ClipSource } from '../sources/clip-source.ts';
import type { ActionLocation, ActionSpec } from './action-spec.ts';
import { checkRange } from './check-range.ts';
import { drawFrames } from './draw-frames.ts';
import { type Actor, drawActor, drawBackdrop } from './motion-scene.ts';
import { displacementOf, MAX_MOTION_CLASSES, motionNames } from './motions.ts';

/** How many videos of procedural actions, and of what size. */
export interface ProceduralActionOptions {
  /** Names the set; default 0. */
  readonly seed?: number;
  /** How many videos; default 512. */
  readonly length?: number;
  /** Their side, or height and width, in pixels; default 64. */
  readonly size?: number | ImageSize;
  /** Frames of a video; default 16. */
  readonly frames?: number;
}

/** A box of a video's middle frame, and what is done in it. */
export interface ActionBox {
  /** Left, top, right and bottom in shares of the frame's width and height. */
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  /** What is done: indices into the names of the actions, ascending. */
  readonly actions: readonly number[];
}

/** Videos in which several shapes each do something of their own. */
export interface ProceduralActions {
  /** The videos; none has a label. */
  readonly source: ClipSource;
  /** Names of the actions. */
  readonly actions: readonly string[];
  /** How many shapes a video has at most. */
  readonly maxBoxes: number;
  /** The shapes of a video as they are in its middle frame. */
  boxesOf(index: number): ActionBox[];
}

/** What a shape does to its direction, and what it does with its place; each does one of them or one of both. */
const TURNS = ['turns clockwise', 'turns anticlockwise'];
const WAYS = ['circles clockwise', 'circles anticlockwise', 'bounces', 'sways'];
const ACTIONS = [...TURNS, ...WAYS];

/** Shapes of a video at most: each has a quarter of the frame, and one quarter stays empty. */
const MAX_SHAPES = 3;
/** Radius of a shape, in short sides of a quarter. */
const RADIUS = [0.26, 0.38] as const;
/** How much of the whole video's motion a shape that has but a quarter of it makes. */
const REACH = 0.6;

/**
 * A set of videos for action detection that needs no files: one to three patterned shapes before a patterned backdrop, each in a quarter of
 * the frame of its own, and each turning, moving about its place, or both. Neither its looks nor the middle frame tell what it does.
 *
 * @throws InputError for an option outside its range
 *
 * @example
 * ```ts
 * const { source, actions, boxesOf } = createProceduralActions({ seed: 0, length: 400, size: 64 });
 * ```
 */
export function createProceduralActions(options: ProceduralActionOptions = {}): ProceduralActions {
  const { seed = 0, length = 512, size = 64, frames = 16 } = options;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const who = 'procedural actions';
  checkRange('length', length, { who, low: 1, high: 2 ** 31 - 1 });
  for (const side of [height, width]) checkRange('size', side, { who, low: 16, high: 2048 });
  checkRange('frames', frames, { who, low: 2, high: 4096 });
  const spec: ActionSpec = { seed, size: [height, width], frames };
  const digits = String(length - 1).length;
  return {
    source: {
      name: who,
      noun: 'videos',
      length,
      sample: (index) => ({
        key: `actions-${String(index).padStart(digits, '0')}`,
        location: { kind: 'procedural-actions', spec, index } satisfies ActionLocation,
      }),
      order: (orderSeed, epoch) => shuffledOrder(length, orderSeed, epoch),
      fingerprint: async () => fingerprintOf(['procedural-actions-1', seed, height, width, frames, length]),
    },
    actions: ACTIONS,
    maxBoxes: MAX_SHAPES,
    boxesOf: (index) =>
      drawPlayers(spec, index).map(({ x, y, radius, actions }) => ({ box: boxOf({ x, y, radius }, spec), actions })),
  };
}

/** Draws frames of video `index` of a set of procedural actions. */
export function renderActions(
  spec: ActionSpec,
  index: number,
  { frames }: { readonly frames: readonly number[] },
): Clip {
  const [height, width] = spec.size;
  const players = drawPlayers(spec, index);
  const rng = createRng(spec.seed, 'procedural-actions-scene', index);
  const backdrop = drawBackdrop(rng, { width, height });
  const scene = {
    size: spec.size,
    light: drawLight(rng).map((value) => 0.6 * value),
    noise: 1 + 2 * rng.uniform(),
    grainOf: (frame: number) => createRng(spec.seed, 'procedural-actions-noise', index, frame),
    objectsAt: (frame: number) => [backdrop, ...players.map((player) => placePlayer(player, { spec, frame }))],
  };
  return drawFrames(scene, frames);
}

/** A shape and what it does; lengths in pixels. */
interface Player extends Actor {
  /** Its middle in the middle frame. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly actions: readonly number[];
  /** Where in its round a periodic motion starts. */
  readonly phase: number;
  /** How fast it goes; 1 on average. */
  readonly speed: number;
}

function drawPlayers({ seed, size: [height, width] }: ActionSpec, index: number): Player[] {
  const rng = createRng(seed, 'procedural-actions', index);
  const count = 1 + rng.integer(MAX_SHAPES);
  return Array.from(rng.permutation(4).subarray(0, count), (quarter) => {
    const radius = (Math.min(height, width) / 2) * (RADIUS[0] + (RADIUS[1] - RADIUS[0]) * rng.uniform());
    const place = (side: number, half: number) => side * (0.25 + 0.5 * half) + (rng.uniform() - 0.5) * 0.1 * side;
    const kind = rng.integer(3);
    const turn = kind === 1 ? [] : [rng.integer(TURNS.length)];
    const way = kind === 0 ? [] : [TURNS.length + rng.integer(WAYS.length)];
    return {
      ...drawActor(rng),
      x: place(width, quarter % 2),
      y: place(height, Math.floor(quarter / 2)),
      radius,
      actions: [...turn, ...way],
      phase: rng.uniform(),
      speed: 0.8 + 0.4 * rng.uniform(),
    };
  });
}

const NAMES = motionNames(MAX_MOTION_CLASSES);

function placePlayer(player: Player, { spec, frame }: { spec: ActionSpec; frame: number }): SceneObject {
  const { shape, texture, colours, grain, period, phase, radius } = player;
  const side = Math.min(...spec.size);
  const at = { x: player.x, y: player.y, turn: player.turn };
  for (const action of player.actions) {
    const label = NAMES.indexOf(ACTIONS[action]!);
    const moved = displacementOf(label, { way: (player.speed * frame) / spec.frames, phase });
    const middle = displacementOf(label, { way: player.speed / 2, phase });
    at.x += REACH * side * (moved.right - middle.right);
    at.y += REACH * side * (moved.down - middle.down);
    at.turn += moved.turn - middle.turn;
  }
  return {
    outline: SHAPES[shape]!,
    texture: TEXTURES[texture]!,
    x: at.x,
    y: at.y,
    radius,
    angle: 2 * Math.PI * at.turn,
    grain: 2 * Math.PI * (at.turn + grain),
    period: period * radius,
    phase: [0.25, 0.25],
    colours,
  };
}

function boxOf(
  { x, y, radius }: Pick<Player, 'x' | 'y' | 'radius'>,
  { size: [height, width] }: ActionSpec,
): ActionBox['box'] {
  const share = (value: number, side: number) => Math.min(1, Math.max(0, value / side));
  return [share(x - radius, width), share(y - radius, height), share(x + radius, width), share(y + radius, height)];
}
