import type { Rng } from '@masked-distill/base';
import { applyLight, type Light, paintObject, type SceneObject } from '@masked-distill/image-data/loading';
import type { Clip } from '../clip.ts';

/** What {@link drawFrames} draws. */
export interface DrawnScene {
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
  /** The light on everything. */
  readonly light: Light;
  /** Standard deviation of the grain over everything. */
  readonly noise: number;
  /** The random stream of a frame's grain. */
  grainOf(frame: number): Rng;
  /** What is seen in a frame, from back to front, in pixels. */
  objectsAt(frame: number): readonly SceneObject[];
}

/**
 * Draws frames of a video. Edges are smoothed over one pixel. There is no motion blur, which would show in a single frame what moves.
 *
 * @param frames indices into the video
 */
export function drawFrames(
  { size: [height, width], light, noise, grainOf, objectsAt }: DrawnScene,
  frames: readonly number[],
): Clip {
  const data = new Uint8ClampedArray(frames.length * height * width * 3);
  const canvas = new Float32Array(height * width * 3);
  for (const [position, frame] of frames.entries()) {
    for (const object of objectsAt(frame)) paintObject(canvas, { width, height, object });
    applyLight(canvas, { width, height, light });
    const grain = createGrain(grainOf(frame));
    const start = position * canvas.length;
    for (let i = 0; i < canvas.length; i++) data[start + i] = canvas[i]! + noise * grain();
  }
  return { data: new Uint8Array(data.buffer), frames: frames.length, height, width };
}

/** Noise of about a normal distribution, by xorshift: a video takes millions of draws, and nothing hangs on how good they are. */
function createGrain(rng: Rng): () => number {
  let state = rng.integer(2 ** 31 - 1) + 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // The sum of two uniforms, scaled to a standard deviation of 1.
    return 2.45 * (((state & 0xffff) + (state >>> 16)) / 0x10000 - 1);
  };
}
