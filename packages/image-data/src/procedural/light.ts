import type { Rng } from '@masked-distill/base';

/** How much brighter (0.5: half as much again) or darker a picture is at its upper left, upper middle, …, lower right: a 3x3 grid. */
export type Light = readonly number[];

/** Draws uneven light: the nine values are independent, from -0.5 to 0.5. */
export function drawLight(rng: Rng): Light {
  return Array.from({ length: 9 }, () => rng.uniform() - 0.5);
}

/** Lays the light over `canvas`, `[height, width, 3]`, in place. */
export function applyLight(canvas: Float32Array, { width, height, light }: LitFrame): void {
  const columns = Array.from({ length: width }, (_, x) => toGrid((x + 0.5) / width));
  for (let y = 0, i = 0; y < height; y++) {
    const { cell: row, share: down } = toGrid((y + 0.5) / height);
    const at = [0, 1, 2].map((column) => {
      const [upper, lower] = [light[3 * row + column]!, light[3 * row + 3 + column]!];
      return 1 + upper + (lower - upper) * down;
    });
    for (const { cell, share } of columns) {
      const factor = at[cell]! + (at[cell + 1]! - at[cell]!) * share;
      for (let c = 0; c < 3; c++, i++) canvas[i]! *= factor;
    }
  }
}

/** What light falls on. */
export interface LitFrame {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The light. */
  readonly light: Light;
}

/** The cell of the grid that a place from 0 to 1 lies in, and how far into it, with no bend where cells meet. */
function toGrid(place: number): { cell: number; share: number } {
  const cell = Math.min(Math.floor(2 * place), 1);
  const into = 2 * place - cell;
  return { cell, share: into * into * (3 - 2 * into) };
}
