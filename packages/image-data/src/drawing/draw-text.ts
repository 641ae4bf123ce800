import type { Rgb, RgbImage } from '../image.ts';
import { drawPolyline, type Point } from './canvas.ts';
import { type Glyph, type GlyphPoint, glyphOf } from './glyphs.ts';

/** Where and how a line of text is drawn. */
export interface TextOptions {
  /** Pixels from the left edge to the text's start, middle or end, as `align` says. */
  readonly x: number;
  /** Pixels from the upper edge to the top of its capitals. */
  readonly y: number;
  /** Height of its capitals in pixels; default 9. */
  readonly size?: number;
  /** Its colour; default near black. */
  readonly colour?: Rgb;
  /** What `x` is; default `left`. */
  readonly align?: 'left' | 'middle' | 'right';
  /** Thickness of the strokes as a share of the size; default 0.15. */
  readonly weight?: number;
  /** Whether it runs upwards: `x` is then where its capitals' tops are, and `y` its start, middle or end. */
  readonly isUpright?: boolean;
}

const INK: Rgb = [38, 42, 51];
/** Height of a capital, and the space between letters, in glyph units. */
const CAP_HEIGHT = 10;
const LETTER_SPACE = 2.6;
/** The radius of a rounded corner, where its sides leave room. */
const CORNER_RADIUS = 3.5;

/** How far a line of text reaches, in pixels. */
export function measureText(text: string, size = 9): number {
  const units = [...text].reduce((sum, character) => sum + glyphOf(character).width + LETTER_SPACE, 0);
  return (Math.max(0, units - LETTER_SPACE) * size) / CAP_HEIGHT;
}

/** Draws a line of text into a picture. Needs no fonts; a character outside ASCII is drawn as a box. */
export function drawText(image: RgbImage, text: string, options: TextOptions): void {
  const { x, y, size = 9, colour = INK, align = 'left', weight = 0.15, isUpright = false } = options;
  const unit = size / CAP_HEIGHT;
  const back = align === 'left' ? 0 : align === 'middle' ? measureText(text, size) / 2 : measureText(text, size);
  let pen = -back;
  for (const character of text) {
    const glyph = glyphOf(character);
    for (const stroke of outlineOf(glyph)) {
      const points = stroke.map(([across, down]): Point => {
        const [along, below] = [pen + across * unit, down * unit];
        return isUpright ? [x + below, y - along] : [x + along, y + below];
      });
      drawPolyline(image, points, { colour, width: Math.max(1, weight * size) });
    }
    pen += (glyph.width + LETTER_SPACE) * unit;
  }
}

/** A glyph's strokes in glyph units, their rounded corners broken into short lines. */
function outlineOf(glyph: Glyph): Point[][] {
  return glyph.strokes.map(({ points, isClosed }) => {
    const outline = points.flatMap((point, i) => {
      const before = isClosed ? points.at(i - 1) : points[i - 1];
      const after = isClosed ? points[(i + 1) % points.length] : points[i + 1];
      if (!point.isRound || before === undefined || after === undefined) return [[point.x, point.y] as Point];
      return corner(before, point, after);
    });
    return isClosed ? [...outline, outline[0]!] : outline;
  });
}

/** A quarter turn as a cubic curve, with the usual handle length of 0.55 of the radius. */
function corner(before: GlyphPoint, at: GlyphPoint, after: GlyphPoint): Point[] {
  const room = (end: GlyphPoint) => Math.hypot(end.x - at.x, end.y - at.y) / (end.isRound ? 2 : 1);
  const radius = Math.min(CORNER_RADIUS, room(before), room(after));
  const towards = (end: GlyphPoint, distance: number): Point => {
    const length = Math.hypot(end.x - at.x, end.y - at.y);
    return [at.x + ((end.x - at.x) * distance) / length, at.y + ((end.y - at.y) * distance) / length];
  };
  const curve = [
    towards(before, radius),
    towards(before, radius * 0.45),
    towards(after, radius * 0.45),
    towards(after, radius),
  ];
  return Array.from({ length: 9 }, (_, i) => {
    const t = i / 8;
    const shares = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    const along = (axis: 0 | 1) => shares.reduce((sum, share, k) => sum + share * curve[k]![axis], 0);
    return [along(0), along(1)] as const;
  });
}
