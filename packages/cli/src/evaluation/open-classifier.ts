import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@masked-distill/base';
import {
  createClassifier,
  type EncoderDescription,
  findHead,
  type ImageClassifier,
  imageEncoderConfig,
  type VideoClassifier,
  videoEncoderConfig,
} from '@masked-distill/vit';
import * as z from 'zod';
import type { Environment } from '../environment.ts';
import { DESCRIPTION_KEY } from '../tasks/model-description.ts';
import { openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { parseJson } from '../weights/parse-json.ts';
import { readNormalization } from '../weights/read-normalization.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';
import type { Normalization } from './normalization-of.ts';

/** A classifier in a file, whoever wrote it. */
export interface StoredClassifier {
  /** The file. */
  readonly path: string;
  /** The SHA-256 of the file. */
  readonly fingerprint: string;
  /** What it takes. */
  readonly kind: EncoderDescription['kind'];
  /** Height and width of its input in pixels. */
  readonly imageSize: readonly [number, number];
  /** Frames of its input; of images 1. */
  readonly frames: number;
  /** Number of classes. */
  readonly classes: number;
  /** Names of the classes, where the file or a `config.json` beside it says them. */
  readonly classNames?: readonly string[];
  /** How its input is normalised. */
  readonly normalization: Normalization;
  /** Builds it. An engine must be running. */
  build(): Promise<ImageClassifier | VideoClassifier>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/** Options of {@link openClassifier}. */
export interface OpenClassifierOptions {
  /** The verb, for messages. */
  readonly who: string;
  /** Whether to take the averaged weights that a run keeps beside its own. */
  readonly ema?: boolean;
  /** Height and width of the input in pixels; default the file's own. */
  readonly imageSize?: readonly [number, number];
  /** Frames of a clip, where the file does not tell. */
  readonly frames?: number;
}

const ourSchema = z.object({ classNames: z.array(z.string()) });
const theirSchema = z.object({ id2label: z.record(z.string(), z.string()) });

/**
 * Opens a fine-tuned classifier: one of ours, or of MAE's, timm's, VideoMAE's or transformers' names.
 *
 * @throws InputError when there is none, it is damaged, or it has no head
 */
export async function openClassifier(
  checkpoint: string,
  environment: Environment,
  { who, ema, imageSize, frames }: OpenClassifierOptions,
): Promise<StoredClassifier> {
  const resolved = await resolveWeights(checkpoint, { environment });
  for (const { path, reason } of resolved.skipped) environment.stderr.write(`passed over ${path}: ${reason}\n`);
  const { path } = resolved;
  const opened = await openEncoderWeights(path, { ema });
  try {
    const { weights, tensors, file } = opened;
    const head = findHead(tensors, weights);
    if (!head) {
      throw new InputError(
        `${who}: ${path} has no head for classes, only an encoder; run masked-distill finetune --init ${checkpoint} first, or judge its features with masked-distill probe ${checkpoint}`,
      );
    }
    const size = { ...(imageSize && { imageSize: { h: imageSize[0], w: imageSize[1] } }) };
    const { kind } = weights.description;
    const config =
      kind === 'video'
        ? videoEncoderConfig(weights, { ...size, ...(frames && { frames }) })
        : { ...imageEncoderConfig(weights, size), frames: 1 };
    const { mean, std } = await readNormalization(path, file.metadata);
    return {
      path,
      fingerprint: await resolved.fingerprint(),
      kind,
      imageSize: [config.imageSize.h, config.imageSize.w],
      frames: config.frames,
      classes: head.classes,
      classNames: await readClassNames(path, { metadata: file.metadata, classes: head.classes }),
      normalization: { mean, std } as unknown as Normalization,
      async build() {
        const clip = kind === 'video' ? { frames: config.frames } : {};
        const { classifier, report } = await createClassifier(weights, { ...clip, imageSize: config.imageSize, head });
        for (const text of report.notes) environment.stderr.write(`${text}\n`);
        return classifier;
      },
      close: opened.close,
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function readClassNames(
  path: string,
  { metadata, classes }: { metadata: Readonly<Record<string, string>>; classes: number },
): Promise<readonly string[] | undefined> {
  const ours = ourSchema.safeParse(parseJson(metadata[DESCRIPTION_KEY]));
  if (ours.success && ours.data.classNames.length === classes) return ours.data.classNames;
  const beside = await readFile(join(dirname(path), 'config.json'), 'utf8').catch(() => undefined);
  const theirs = theirSchema.safeParse(parseJson(beside));
  if (!theirs.success) return undefined;
  const names = Array.from({ length: classes }, (_, i) => theirs.data.id2label[i]);
  return names.every((name) => name !== undefined) ? names : undefined;
}
