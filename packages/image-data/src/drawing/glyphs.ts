/**
 * A line alphabet, made for this project, so that words can be drawn where no fonts are installed. A glyph is its width and its
 * strokes. A stroke is a run of points, two hexadecimal digits each: x to the right, y downwards. Capitals reach from 0 to their
 * baseline at a (10), small letters start at 3, descenders end at d. `~` behind a point rounds the corner there, `z` closes a stroke.
 */
const BOWL = '03~53~5a~0a~z';

const TABLE: Readonly<Record<string, readonly [width: number, ...strokes: string[]]>> = {
  ' ': [3],
  A: [6, '0a306a', '1757'],
  B: [6, '050050~55~05', '0565~6a~0a05'],
  C: [6, '6260~00~0a~6a~68'],
  D: [6, '0060~6a~0az'],
  E: [5, '50000a5a', '0545'],
  F: [5, '50000a', '0545'],
  G: [6, '6260~00~0a~6a~6535'],
  H: [6, '000a', '606a', '0565'],
  I: [0, '000a'],
  J: [5, '505a~0a~07'],
  K: [6, '000a', '6006', '246a'],
  L: [5, '000a5a'],
  M: [8, '0a0046808a'],
  N: [6, '0a006a60'],
  O: [7, '00~70~7a~0a~z'],
  P: [6, '0a0060~66~06'],
  Q: [7, '00~70~7a~0a~z', '477b'],
  R: [6, '0a0060~66~06', '366a'],
  S: [6, '6260~00~05~65~6a~0a~08'],
  T: [6, '0060', '303a'],
  U: [6, '000a~6a~60'],
  V: [6, '003a60'],
  W: [8, '002a426a80'],
  X: [6, '006a', '600a'],
  Y: [6, '003560', '353a'],
  Z: [6, '00600a6a'],
  a: [5, BOWL, '535a'],
  b: [5, '000a', BOWL],
  c: [5, '5453~03~0a~5a~59'],
  d: [5, '505a', BOWL],
  e: [5, '075753~03~0a~5a~59'],
  f: [3, '3010~1a', '0333'],
  g: [5, BOWL, '535d~0d'],
  h: [5, '000a', '0603~53~5a'],
  i: [0, '030a', '0000'],
  j: [2, '232d~0d', '2020'],
  k: [5, '000a', '5307', '265a'],
  l: [2, '000a~2a'],
  m: [8, '030a', '0603~43~4a', '4643~83~8a'],
  n: [5, '030a', '0603~53~5a'],
  o: [5, BOWL],
  p: [5, '030d', BOWL],
  q: [5, '535d', BOWL],
  r: [3, '030a', '0603~33'],
  s: [4, '4443~03~06~46~4a~0a~09'],
  t: [3, '111a~3a', '0333'],
  u: [5, '030a~5a~53', '535a'],
  v: [4, '032a43'],
  w: [8, '032a446a83'],
  x: [4, '034a', '430a'],
  y: [5, '030a~5a~53', '535d~0d'],
  z: [4, '03430a4a'],
  0: [5, '00~50~5a~0a~z'],
  1: [5, '12303a'],
  2: [5, '0200~50~54~0a5a'],
  3: [5, '0100~50~55~15', '1555~5a~0a~09'],
  4: [5, '4a400757'],
  5: [5, '50000454~5a~0a~09'],
  6: [5, '5150~00~0a~5a~54~04~07'],
  7: [5, '00501a'],
  8: [5, '00~50~55~05~z', '05~55~5a~0a~z'],
  9: [5, '090a~5a~50~00~06~56~53'],
  '.': [0, '0a0a'],
  ',': [1, '1a0c'],
  ':': [0, '0404', '0a0a'],
  ';': [1, '1414', '1a0c'],
  '!': [0, '0007', '0a0a'],
  '?': [4, '0200~40~45~25~27', '2a2a'],
  "'": [0, '0003'],
  '"': [2, '0003', '2023'],
  '`': [1, '0012'],
  '-': [3, '0636'],
  '–': [5, '0656'],
  '+': [4, '0646', '2428'],
  '×': [4, '0448', '4408'],
  '=': [4, '0545', '0848'],
  _: [5, '0b5b'],
  '/': [4, '400b'],
  '\\': [4, '004b'],
  '|': [0, '000c'],
  '(': [2, '2004~08~2c'],
  ')': [2, '0024~28~0c'],
  '[': [2, '20000c2c'],
  ']': [2, '00202c0c'],
  '{': [3, '3010~16~06', '0616~1c~3c'],
  '}': [3, '0020~26~36', '3626~2c~0c'],
  '<': [4, '430649'],
  '>': [4, '034609'],
  '*': [4, '2125', '0244', '4204'],
  '#': [6, '210a', '514a', '1363', '0757'],
  '%': [7, '00~30~33~03~z', '47~77~7a~4a~z', '700a'],
  '&': [7, '7a12~10~40~43~06~0a~5a~77'],
  '@': [8, '66~36~38~68z', '6569~89~80~00~0c~6c'],
  $: [6, '6260~00~05~65~6a~0a~08', '303c'],
  '^': [4, '032043'],
  '~': [5, '0705~27~47~55'],
  '·': [0, '0606'],
  '°': [2, '00~20~22~02~z'],
};

/** A corner or end of a stroke, in glyph units. */
export interface GlyphPoint {
  /** To the right. */
  readonly x: number;
  /** Downwards from the top of capitals. */
  readonly y: number;
  /** Whether the corner is rounded. */
  readonly isRound: boolean;
}

/** How one character is drawn. */
export interface Glyph {
  /** From its leftmost to its rightmost stroke, in glyph units, of which a capital is ten high. */
  readonly width: number;
  /** Its strokes. */
  readonly strokes: readonly { readonly points: readonly GlyphPoint[]; readonly isClosed: boolean }[];
}

/** A box, for characters that have no glyph. */
const UNKNOWN: readonly [number, string] = [5, '00505a0az'];

/** The glyph of a character. */
export function glyphOf(character: string): Glyph {
  const [width, ...strokes] = TABLE[character] ?? UNKNOWN;
  return {
    width,
    strokes: strokes.map((text) => ({
      points: Array.from(text.matchAll(/([0-9a-f])([0-9a-f])(~?)/g), ([, x, y, round]) => ({
        x: Number.parseInt(x!, 16),
        y: Number.parseInt(y!, 16),
        isRound: round === '~',
      })),
      isClosed: text.endsWith('z'),
    })),
  };
}
