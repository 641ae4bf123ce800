import { InputError } from '@masked-distill/base';
import type { LazyTensor } from '@masked-distill/tensor-core';
import type { EncoderDescription } from './encoder-description.ts';

const FLOATS: readonly string[] = ['F64', 'F32', 'F16', 'BF16'];

/**
 * Checks that every tensor of an encoder is of fractions, and of the shape that the encoder's sizes ask for.
 *
 * @throws InputError when one is not
 */
export function checkShapes(
  encoder: ReadonlyMap<string, LazyTensor>,
  { description, source }: { description: EncoderDescription; source: string },
): void {
  for (const [name, { dtype, shape }] of encoder) {
    if (!FLOATS.includes(dtype)) {
      throw new InputError(
        `weights: ${name} is ${dtype} in ${source}, not of fractions; give weights that are not quantised`,
      );
    }
    if (name === 'pos_embed' && description.grid === undefined) {
      throw new InputError(
        `weights: pos_embed is [${shape}] in ${source}, which is no square grid of tokens; a config.json beside it that says the input's size helps`,
      );
    }
    const expected = expectedShape(name, description);
    if (`${expected}` !== `${shape}`) {
      throw new InputError(
        `weights: ${name} is [${shape}] in ${source}, where an encoder of width ${description.width} has [${expected}]; it is of another architecture`,
      );
    }
  }
}

function expectedShape(name: string, { width, mlpRatio, patch, kind, grid, classToken }: EncoderDescription): number[] {
  const hidden = width * mlpRatio;
  if (name === 'patch_embed.proj.weight') {
    return kind === 'video' ? [width, 3, patch.t, patch.h, patch.w] : [width, 3, patch.h, patch.w];
  }
  if (name === 'cls_token') return [1, 1, width];
  if (name === 'pos_embed') return [1, Number(classToken) + grid!.t * grid!.h * grid!.w, width];
  if (name.endsWith('attn.qkv.weight')) return [3 * width, width];
  if (name.endsWith('attn.qkv.bias')) return [3 * width];
  if (name.endsWith('attn.proj.weight')) return [width, width];
  if (name.endsWith('fc1.weight')) return [hidden, width];
  if (name.endsWith('fc1.bias')) return [hidden];
  if (name.endsWith('fc2.weight')) return [width, hidden];
  return [width];
}
