import { createRng } from '@masked-distill/base';
import type { RgbImage } from '../image.ts';
import { applyLight } from './light.ts';
import { paintObject } from './paint-object.ts';
import type { ProceduralSpec } from './procedural-spec.ts';
import { drawScene, type Scene } from './scene.ts';

/** Draws picture `index` of a procedural set. Edges are smoothed over one pixel. */
export function renderProcedural(spec: ProceduralSpec, index: number): RgbImage {
  const [height, width] = spec.size;
  const scene = drawScene(spec, index);
  const canvas = new Float32Array(width * height * 3);
  paintBackdrop(canvas, { width, height, scene });
  for (const object of scene.objects) paintObject(canvas, { width, height, object });
  applyLight(canvas, { width, height, light: scene.light });
  const rng = createRng(spec.seed, 'procedural-noise', index);
  const data = new Uint8ClampedArray(canvas.length);
  for (let i = 0; i < data.length; i++) {
    // The sum of two uniforms is near enough to a normal draw, and much cheaper.
    data[i] = canvas[i]! + scene.noise * 2.45 * (rng.uniform() + rng.uniform() - 1);
  }
  return { data: new Uint8Array(data.buffer), width, height };
}

function paintBackdrop(canvas: Float32Array, frame: { width: number; height: number; scene: Scene }): void {
  const { width, height, scene } = frame;
  const [topLeft, topRight, bottomLeft, bottomRight] = scene.backdrop;
  for (let y = 0, i = 0; y < height; y++) {
    const down = (y + 0.5) / height;
    for (let x = 0; x < width; x++) {
      const right = (x + 0.5) / width;
      for (let c = 0; c < 3; c++, i++) {
        const top = topLeft[c]! + (topRight[c]! - topLeft[c]!) * right;
        const bottom = bottomLeft[c]! + (bottomRight[c]! - bottomLeft[c]!) * right;
        canvas[i] = top + (bottom - top) * down;
      }
    }
  }
}
