import { createRng } from '@masked-distill/base';
import { type SceneObject, SHAPES, TEXTURES } from '@masked-distill/image-data/loading';
import type { Clip } from '../clip.ts';
import { drawFrames } from './draw-frames.ts';
import { type Actor, drawMotionScene, type MotionScene, type Tremor } from './motion-scene.ts';
import type { MotionSpec } from './motion-spec.ts';
import { displacementOf } from './motions.ts';

/** Radius of the farthest and of the nearest actor, in short sides of the frame. */
const FAR = 0.11;
const NEAR = 0.34;
/** Share of the depth, at either end, over which an actor fades. */
const FADE = 0.08;
/** How far apart they pass each other, and how far along the line they go, in short sides of the frame. */
const APART = 0.2;
const ALONG = 0.3;

/**
 * Draws frames of video `index` of a set of procedural motion: those that `frames` names by their indices into the video, with the motion
 * `label`, by default the video's own.
 */
export function renderMotion(
  spec: MotionSpec,
  index: number,
  { frames, label = index % spec.classes }: { readonly frames: readonly number[]; readonly label?: number },
): Clip {
  const scene = drawMotionScene(spec, index);
  const drawn = {
    size: spec.size,
    light: scene.light,
    noise: scene.noise,
    grainOf: (frame: number) => createRng(spec.seed, 'procedural-motion-noise', index, frame),
    objectsAt: (frame: number) => placeObjects(scene, { spec, label, time: frame / spec.frames }),
  };
  return drawFrames(drawn, frames);
}

type Moment = { readonly spec: MotionSpec; readonly label: number; readonly time: number };

/** What is seen at a time from 0 to 1, from back to front, in pixels. */
function placeObjects(scene: MotionScene, { spec, label, time }: Moment): SceneObject[] {
  const [height, width] = spec.size;
  const side = Math.min(height, width);
  const moved = displacementOf(label, { way: scene.speed * time, phase: scene.phase });
  const angle = 2 * Math.PI * (scene.direction + moved.swing);
  const [along, across] = [ALONG * thereAndBack(scene.pass + moved.pass), scene.side * APART];
  // From the middle to the first actor; the second is as far on the other side.
  const half = [
    (Math.cos(angle) * along - Math.sin(angle) * across) / 2,
    (Math.sin(angle) * along + Math.cos(angle) * across) / 2,
  ] as const;
  const middle = [scene.place[0] * width + side * moved.right, scene.place[1] * height + side * moved.down] as const;
  const actors = scene.actors.map((actor, i) => {
    const sign = i === 0 ? 1 : -1;
    return placeActor(actor, {
      x: middle[0] + sign * side * half[0],
      y: middle[1] + sign * side * half[1],
      near: fraction(scene.near + moved.near + i / 2),
      turn: actor.turn + moved.turn,
      side,
    });
  });
  actors.sort((a, b) => a.radius - b.radius);
  const shown = actors.flatMap((actor) => joinEdges(actor, { width, height }));
  const [right, down] = scene.tremors.map((tremors) => side * tremble(tremors, time)) as [number, number];
  return [scene.backdrop, ...scene.behind, ...shown, ...scene.inFront].map((object) => ({
    ...object,
    x: object.x + right,
    y: object.y + down,
  }));
}

type Placing = { x: number; y: number; near: number; turn: number; side: number };

function placeActor(actor: Actor, { x, y, near, turn, side }: Placing): SceneObject {
  const radius = side * FAR * (NEAR / FAR) ** near;
  return {
    outline: SHAPES[actor.shape]!,
    texture: TEXTURES[actor.texture]!,
    x,
    y,
    radius,
    angle: 2 * Math.PI * turn,
    grain: 2 * Math.PI * (turn + actor.grain),
    period: actor.period * radius,
    phase: [0.25, 0.25],
    colours: actor.colours,
    opacity: Math.min(1, near / FADE, (1 - near) / FADE),
  };
}

/** The same object wherever the frame's joined edges let it be seen, with room for the camera's trembling. */
function joinEdges(object: SceneObject, { width, height }: { width: number; height: number }): SceneObject[] {
  const [x, y] = [width * fraction(object.x / width), height * fraction(object.y / height)];
  return [-width, 0, width].flatMap((dx) => [-height, 0, height].map((dy) => ({ ...object, x: x + dx, y: y + dy })));
}

const fraction = (value: number): number => value - Math.floor(value);

/** From 1 to -1 and back at an even pace, once in every unit. */
const thereAndBack = (rounds: number): number => 4 * Math.abs(fraction(rounds) - 0.5) - 1;

const tremble = (tremors: readonly Tremor[], time: number): number =>
  tremors.reduce((sum, { reach, rounds, phase }) => sum + reach * Math.sin(2 * Math.PI * (phase + rounds * time)), 0);
