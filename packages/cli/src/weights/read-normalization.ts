import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { DESCRIPTION_KEY } from '../tasks/model-description.ts';
import { parseJson } from './parse-json.ts';

const channels = z.array(z.number()).length(3);
const ourSchema = z.object({ normalization: z.object({ mean: channels, std: channels }) });
const theirSchema = z.object({ image_mean: channels, image_std: channels });

/** How the pixels of an encoder's input are normalised, (value / 255 − mean) / std. */
export interface Normalization {
  /** Of red, green and blue. */
  readonly mean: readonly number[];
  /** Of red, green and blue. */
  readonly std: readonly number[];
  /** Where it was said, in words. */
  readonly from: string;
}

/** ImageNet's, which nearly every encoder of the field is trained with. */
const IMAGENET: Normalization = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  from: "ImageNet's numbers, as none are given",
};

/** How the input of a file's encoder is normalised: by what the file says, else a `preprocessor_config.json` beside it, else as for ImageNet. */
export async function readNormalization(
  path: string,
  metadata: Readonly<Record<string, string>>,
): Promise<Normalization> {
  const ours = ourSchema.safeParse(parseJson(metadata[DESCRIPTION_KEY]));
  if (ours.success) return { ...ours.data.normalization, from: "masked-distill's description in the file" };
  const beside = await readFile(join(dirname(path), 'preprocessor_config.json'), 'utf8').catch(() => undefined);
  const theirs = theirSchema.safeParse(parseJson(beside));
  if (!theirs.success) return IMAGENET;
  return { mean: theirs.data.image_mean, std: theirs.data.image_std, from: 'preprocessor_config.json' };
}
