import type { TokenGrid } from '@masked-distill/masking';
import type { PatchShape } from '../patch-shape.ts';
import type { GridSize } from '../position-tables.ts';
import { vitSizes } from '../presets.ts';

/** What an encoder is, as far as the shapes of its tensors tell, and what was said beside them. */
export interface EncoderDescription {
  /** What it takes: images, or clips of several frames a token. */
  readonly kind: 'image' | 'video';
  /** Width of a token, D. */
  readonly width: number;
  /** Number of blocks. */
  readonly depth: number;
  /** Attention heads, which no tensor tells; undefined where nothing else does. */
  readonly heads?: number;
  /** Where `heads` comes from, in words. */
  readonly headsFrom?: string;
  /** Width of the hidden layer of a block over `width`. */
  readonly mlpRatio: number;
  /** Pixels of one token. */
  readonly patch: PatchShape;
  /** Tokens of one input, class token not counted; undefined where neither a table nor anything else tells. */
  readonly grid?: TokenGrid;
  /** Whether a class token stands first. */
  readonly classToken: boolean;
  /** Biases of queries, keys and values: all three, all but the keys', or none. */
  readonly qkvBias: 'full' | 'no-k' | 'none';
  /** Whether the position table stands in the file. */
  readonly storedPositions: boolean;
  /** Whether a layer norm follows the last block. */
  readonly finalNorm: boolean;
}

/** What is known of an encoder from beside its tensors: from metadata, or a `config.json`. */
export interface EncoderHints {
  /** Where it was said, in words, such as `config.json`. */
  readonly from: string;
  /** Attention heads. */
  readonly heads?: number;
  /** Number of blocks, by which a file that lacks the last ones is told. */
  readonly depth?: number;
  /** Height and width of the input in pixels. */
  readonly imageSize?: GridSize;
  /** Frames of the input. */
  readonly frames?: number;
}

/** Width of a head in every size of the field that is not in {@link vitSizes}. */
const HEAD_WIDTH = 64;

/** Tokens along time of VideoMAE's 16 frames, two a token. */
const USUAL_TIME = 8;

/** The number of heads, and where it is from: what was said, the field's sizes by width, or heads of 64. */
export function headsOf(
  width: number,
  hints?: EncoderHints,
): Required<Pick<EncoderDescription, 'heads' | 'headsFrom'>> | Record<string, never> {
  const [name, size] = Object.entries(vitSizes).find(([, each]) => each.width === width) ?? [];
  if (hints?.heads !== undefined) {
    // transformers' conversion script of VideoMAE-S writes 16, where VideoMAE's code has 6.
    const usual = size && size.heads !== hints.heads ? `; ${size.heads} is usual at this width` : '';
    return { heads: hints.heads, headsFrom: hints.from + usual };
  }
  if (size) return { heads: size.heads, headsFrom: `the size of this width, ${name}` };
  if (width % HEAD_WIDTH) return {};
  return { heads: width / HEAD_WIDTH, headsFrom: `the width, at ${HEAD_WIDTH} a head` };
}

/**
 * The grid of an encoder: of the input's size where that was said, else a square one of as many tokens as its table has rows, over
 * 8 steps of time for clips.
 *
 * @param tokens rows of the position table without the class token's; undefined where there is none
 */
export function gridOf(
  tokens: number | undefined,
  { patch, hints }: { patch: PatchShape; hints?: EncoderHints },
): TokenGrid | undefined {
  const said = saidGrid(patch, hints);
  if (said && (tokens === undefined || said.t * said.h * said.w === tokens)) return said;
  if (tokens === undefined) return undefined;
  const t = patch.t > 1 ? USUAL_TIME : 1;
  const side = Math.sqrt(tokens / t);
  return Number.isInteger(side) ? { t, h: side, w: side } : undefined;
}

function saidGrid(patch: PatchShape, hints?: EncoderHints): TokenGrid | undefined {
  if (!hints?.imageSize || (patch.t > 1 && hints.frames === undefined)) return undefined;
  const { imageSize, frames = patch.t } = hints;
  const grid = { t: frames / patch.t, h: imageSize.h / patch.h, w: imageSize.w / patch.w };
  return Object.values(grid).every(Number.isInteger) ? grid : undefined;
}
