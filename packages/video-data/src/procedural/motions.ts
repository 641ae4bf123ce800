/**
 * How far a motion has carried its two actors since the first frame. Every part of it is a way along a circle: the frame's edges are
 * joined (what leaves at one comes in at the opposite one), and so are the far and the near end of the depth.
 */
export interface Displacement {
  /** To the right, in short sides of the frame. */
  readonly right: number;
  /** Downwards, in short sides of the frame. */
  readonly down: number;
  /** Each actor about its own middle, clockwise, in turns. */
  readonly turn: number;
  /** Nearer, as a share of the whole depth. */
  readonly near: number;
  /** One actor about the other, clockwise, in turns. */
  readonly swing: number;
  /** One actor past the other, there and back, in rounds. */
  readonly pass: number;
}

/** What a motion adds. */
type Motion = (way: number, phase: number) => Partial<Displacement>;

const sine = (turns: number): number => Math.sin(2 * Math.PI * turns);
const cosine = (turns: number): number => Math.cos(2 * Math.PI * turns);
/** A ball that bounces once in every unit: its height, 0 to 1. */
const hop = (rounds: number): number => 4 * (rounds - Math.floor(rounds)) * (1 - (rounds - Math.floor(rounds)));
/** What has changed in a periodic motion since it began at `phase`. */
const since = (wave: (rounds: number) => number, phase: number, rounds: number): number =>
  wave(phase + rounds) - wave(phase);

const orbit =
  (side: 1 | -1): Motion =>
  (way, phase) => ({ right: 0.17 * since(cosine, phase, side * way), down: 0.17 * since(sine, phase, side * way) });

/**
 * The motions by name, in the order of their labels; `way` is 1 at the end of a video of average speed, `phase` where in its round a
 * periodic one starts. The first twelve are pairs, each of which is the other played backwards, and in a mirror, upright or
 * lying, unless they approach and recede; the last four are what they are, mirrored and backwards.
 */
const MOTIONS: Readonly<Record<string, Motion>> = {
  'moves left': (way) => ({ right: -0.7 * way }),
  'moves right': (way) => ({ right: 0.7 * way }),
  'moves up': (way) => ({ down: -0.7 * way }),
  'moves down': (way) => ({ down: 0.7 * way }),
  'turns clockwise': (way) => ({ turn: 0.45 * way }),
  'turns anticlockwise': (way) => ({ turn: -0.45 * way }),
  approaches: (way) => ({ near: 0.5 * way }),
  recedes: (way) => ({ near: -0.5 * way }),
  'circles clockwise': orbit(1),
  'circles anticlockwise': orbit(-1),
  'swaps clockwise': (way) => ({ swing: 0.7 * way }),
  'swaps anticlockwise': (way) => ({ swing: -0.7 * way }),
  bounces: (way, phase) => ({ down: -0.26 * since(hop, phase, 2 * way) }),
  sways: (way, phase) => ({ right: 0.17 * since(sine, phase, 1.6 * way) }),
  crosses: (way) => ({ pass: 1.2 * way }),
  rocks: (way, phase) => ({ turn: 0.11 * since(sine, phase, 1.8 * way) }),
};

const NAMES = Object.keys(MOTIONS);

/** How many classes there are in all. */
export const MAX_MOTION_CLASSES = NAMES.length;

/** The names of the first classes. */
export const motionNames = (classes: number): string[] => NAMES.slice(0, classes);

/** How far motion `label` has come. Nothing is displaced where `way` is 0, whatever the motion. */
export function displacementOf(
  label: number,
  { way, phase }: { readonly way: number; readonly phase: number },
): Displacement {
  const still: Displacement = { right: 0, down: 0, turn: 0, near: 0, swing: 0, pass: 0 };
  return { ...still, ...MOTIONS[NAMES[label]!]!(way, phase) };
}
