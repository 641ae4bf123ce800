import type { Rgb } from '@masked-distill/image-data';
import * as z from 'zod';
import { DESCRIPTION_KEY } from '../tasks/model-description.ts';

/** How images are normalised. */
export interface Normalization {
  /** Mean of red, green and blue, on a scale of 0 to 1. */
  readonly mean: Rgb;
  /** Deviation of red, green and blue. */
  readonly std: Rgb;
}

const triple = z.tuple([z.number(), z.number(), z.number()]);
const schema = z.object({ normalization: z.object({ mean: triple, std: triple }) });

/** How the images of a file's model were normalised, where its metadata says so. */
export function normalizationOf(metadata: Readonly<Record<string, string>>): Normalization | undefined {
  try {
    return schema.parse(JSON.parse(metadata[DESCRIPTION_KEY] ?? 'null')).normalization;
  } catch {
    return undefined;
  }
}
