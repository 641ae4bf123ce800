import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import * as z from 'zod';
import { readJsonFile } from './read-json-file.ts';

const count = z.number().int().positive();

/** What is evaluated, on what, and how: two evaluations of which this is equal give the same result. */
export const evaluationSchema = z.object({
  /** The classifier. */
  checkpoint: z.object({ path: z.string(), fingerprint: z.string() }),
  /** All samples, those of other shards included. */
  data: z.object({ name: z.string(), fingerprint: z.string(), samples: count }),
  /** How samples become views. */
  protocol: z.object({
    kind: z.enum(['image', 'video']),
    imageSize: z.tuple([count, count]),
    cropShare: z.number().optional(),
    sampling: z.enum(['dense', 'uniform']).optional(),
    frames: count.optional(),
    stride: count.optional(),
    clips: count,
    crops: count,
  }),
  /** Names of the classes in the order of the logits. */
  classNames: z.array(z.string()),
  /** Which part of the samples: those at `index - 1`, and every `of`-th from there on. */
  shard: z.object({ index: count, of: count }),
});

/** What is evaluated, on what, and how. */
export type Evaluation = z.infer<typeof evaluationSchema>;

/** Names of the files in an evaluation's folder. */
export const evaluationFiles = {
  evaluation: 'evaluation.json',
  logits: 'logits.npy',
  failed: 'failed.jsonl',
  results: 'results.json',
  report: 'results.md',
  confusion: 'confusion.csv',
  picture: 'confusion.png',
  perClass: 'per-class.csv',
} as const;

/** Views of one sample. */
export const viewsOf = ({ protocol }: Evaluation): number => protocol.clips * protocol.crops;

/** Indices of the samples that a shard evaluates, ascending. */
export function samplesOfShard({ data, shard }: Evaluation): number[] {
  const length = Math.max(0, Math.ceil((data.samples - (shard.index - 1)) / shard.of));
  return Array.from({ length }, (_, i) => shard.index - 1 + i * shard.of);
}

/** The shape of the logits file. */
export const logitsShape = (evaluation: Evaluation) => ({
  rows: samplesOfShard(evaluation).length,
  rowShape: [viewsOf(evaluation), evaluation.classNames.length],
});

/** What must be equal for results to belong together, by the words for it in messages. */
const comparedParts = {
  'the checkpoint': ({ checkpoint }: Evaluation) => checkpoint.fingerprint,
  'the data': ({ data }: Evaluation) => `${data.fingerprint} ${data.samples}`,
  'clips, crops or their size': ({ protocol }: Evaluation) => JSON.stringify(protocol),
  'the classes': ({ classNames }: Evaluation) => JSON.stringify(classNames),
};

/** What two evaluations differ in, shards aside; undefined where they belong together. */
export function differenceOf(a: Evaluation, b: Evaluation): string | undefined {
  return Object.entries(comparedParts).find(([, part]) => part(a) !== part(b))?.[0];
}

/**
 * Makes a folder that of an evaluation, or finds that it is already.
 *
 * @throws InputError when it is another's
 */
export async function claimFolder(folder: string, evaluation: Evaluation): Promise<void> {
  const path = join(folder, evaluationFiles.evaluation);
  const found = await readJsonFile(path, evaluationSchema);
  if (found === undefined) {
    await writeFileAtomic(path, `${JSON.stringify(evaluation, null, 2)}\n`);
    return;
  }
  const isShard = `${found.shard.index}/${found.shard.of}` === `${evaluation.shard.index}/${evaluation.shard.of}`;
  const difference = differenceOf(found, evaluation) ?? (isShard ? undefined : 'the shard');
  if (difference === undefined) return;
  throw new InputError(
    `eval: ${folder} holds another evaluation, which differs in ${difference}; choose another --output, or remove it`,
  );
}
