import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EncoderHints } from '@masked-distill/vit';
import * as z from 'zod';
import { DESCRIPTION_KEY } from '../tasks/model-description.ts';
import { parseJson } from './parse-json.ts';

const count = z.number().int().positive();
const extent = z.union([
  count.transform((side) => ({ h: side, w: side })),
  z.tuple([count, count]).transform(([h, w]) => ({ h, w })),
]);

/** What transformers writes beside its weights, as far as it is of use. */
const configSchema = z.object({
  num_attention_heads: count,
  num_hidden_layers: count.optional(),
  image_size: extent.optional(),
  num_frames: count.optional(),
});

/** What timm's own format has, as `export --format timm` writes it. */
const timmSchema = z.object({
  model_args: z.object({ num_heads: count, depth: count.optional(), img_size: extent.optional() }),
});

/** Any description of ours has an encoder, whatever else it holds. */
const ourSchema = z.object({
  model: z.object({
    encoder: z.object({
      heads: count,
      depth: count.optional(),
      imageSize: z.object({ h: count, w: count }).optional(),
      frames: count.optional(),
    }),
  }),
});

/** What is said of a file's encoder: in this project's description within, else in a `config.json` of transformers or timm beside it. */
export async function readHints(
  path: string,
  metadata: Readonly<Record<string, string>>,
): Promise<EncoderHints | undefined> {
  const ours = ourSchema.safeParse(parseJson(metadata[DESCRIPTION_KEY]));
  if (ours.success) return { from: "masked-distill's description in the file", ...ours.data.model.encoder };
  const text = await readFile(join(dirname(path), 'config.json'), 'utf8').catch(() => undefined);
  const config = parseJson(text);
  const from = 'config.json';
  const timm = timmSchema.safeParse(config);
  if (timm.success) {
    const { num_heads, depth, img_size } = timm.data.model_args;
    return { from, heads: num_heads, depth, imageSize: img_size };
  }
  const theirs = configSchema.safeParse(config);
  if (!theirs.success) return undefined;
  const { num_attention_heads, num_hidden_layers, image_size, num_frames } = theirs.data;
  return { from, heads: num_attention_heads, depth: num_hidden_layers, imageSize: image_size, frames: num_frames };
}
