import type { SceneObject } from './scene.ts';

/** Paints an object over `canvas`, `[height, width, 3]`, in place. Its edge is smoothed over one pixel. */
export function paintObject(
  canvas: Float32Array,
  frame: { readonly width: number; readonly height: number; readonly object: SceneObject },
): void {
  const { width, height, object } = frame;
  const { outline, texture, x, y, radius, period, phase, colours, opacity = 1 } = object;
  const [cos, sin] = [Math.cos(object.angle) / radius, Math.sin(object.angle) / radius];
  const [along, across] = [Math.cos(object.grain) / period, Math.sin(object.grain) / period];
  const reach = radius * 1.3 + 1;
  const [left, right] = [Math.max(0, Math.floor(x - reach)), Math.min(width, Math.ceil(x + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(y - reach)), Math.min(height, Math.ceil(y + reach))];
  for (let py = top; py < bottom; py++) {
    for (let px = left; px < right; px++) {
      const [dx, dy] = [px + 0.5 - x, py + 0.5 - y];
      const cover = 0.5 - outline(cos * dx + sin * dy, cos * dy - sin * dx) * radius;
      if (cover <= 0) continue;
      const share = opacity * Math.min(cover, 1);
      const tone = texture(along * dx + across * dy + phase[0], along * dy - across * dx + phase[1]);
      const at = (py * width + px) * 3;
      for (let c = 0; c < 3; c++) {
        const colour = colours[0][c]! + (colours[1][c]! - colours[0][c]!) * tone;
        canvas[at + c]! += share * (colour - canvas[at + c]!);
      }
    }
  }
}
