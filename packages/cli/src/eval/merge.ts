import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import type { Environment } from '../environment.ts';
import { openNpyRows, readNpyRows } from '../npy/npy-rows.ts';
import { type EvalResults, type Labelled, resultsSchema } from './eval-results.ts';
import { claimFolder, differenceOf, type Evaluation, evaluationFiles, logitsShape } from './evaluation.ts';
import { readJsonFile } from './read-json-file.ts';
import { writeResults } from './results.ts';
import { describeBriefly } from './run-eval.ts';

/** Rows written at once. */
const CHUNK = 256;

/** One shard's results. */
interface Shard {
  readonly path: string;
  readonly results: Evaluation & { readonly samples: readonly Labelled[]; readonly failed: readonly object[] };
}

/**
 * Joins the results of all shards of an evaluation to what the whole would have given: the same logits in the same order, and everything
 * computed from them anew.
 *
 * @param paths `results.json` of each shard, its `logits.npy` beside it
 * @throws InputError when they do not belong together, or some are missing
 */
export async function mergeResults(
  paths: readonly string[],
  { output: folder, environment }: { output: string; environment: Environment },
): Promise<EvalResults> {
  const shards = await readShards(paths);
  const evaluation: Evaluation = { ...pick(shards[0]!.results), shard: { index: 1, of: 1 } };
  const taken = shards.find(({ path }) => dirname(path) === folder);
  if (taken) throw new InputError(`eval: ${taken.path} would be written over; choose another --output`);
  await claimFolder(folder, evaluation);
  const at = (file: keyof typeof evaluationFiles) => join(folder, evaluationFiles[file]);
  await rm(at('logits'), { force: true });
  const logits = await openNpyRows(at('logits'), logitsShape(evaluation));
  try {
    for await (const rows of inTurn(shards)) await logits.append(rows);
  } finally {
    await logits.close();
  }
  const failed = shards.flatMap(({ results }) => results.failed);
  await writeFileAtomic(at('failed'), failed.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const samples = shards.flatMap(({ results }) => results.samples).sort((a, b) => a.index - b.index);
  const own = samples.map(({ index, key, label }) => ({ index, key, label }));
  const results = await writeResults(folder, { evaluation, samples: own });
  environment.stdout.write(describeBriefly(results, folder));
  return results;
}

const pick = ({ checkpoint, data, protocol, classNames, shard }: Evaluation): Evaluation => ({
  checkpoint,
  data,
  protocol,
  classNames,
  shard,
});

/** The shards in their order, all there and of one evaluation. */
async function readShards(paths: readonly string[]): Promise<Shard[]> {
  const shards: (Shard | undefined)[] = [];
  let first: Shard | undefined;
  for (const path of paths) {
    const results = await readJsonFile(path, resultsSchema);
    if (!results) throw new InputError(`eval: there is no ${path}; give the results.json of each shard`);
    first ??= { path, results };
    const { index, of } = results.shard;
    const difference =
      differenceOf(first.results, results) ?? (of === first.results.shard.of ? undefined : 'the number of shards');
    if (difference !== undefined) {
      throw new InputError(
        `eval: ${first.path} and ${path} do not belong together, they differ in ${difference}; merge shards of one evaluation`,
      );
    }
    if (shards[index - 1]) {
      throw new InputError(
        `eval: ${shards[index - 1]!.path} and ${path} are both shard ${index} of ${of}; give each once`,
      );
    }
    shards[index - 1] = { path, results };
  }
  const { of } = first!.results.shard;
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !shards[index - 1]);
  if (missing.length > 0) {
    const [is, them] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
    throw new InputError(
      `eval: of ${of} shards ${missing.join(', ')} ${is} missing; evaluate ${them} with --shard first`,
    );
  }
  return shards as Shard[];
}

/** The rows of the whole in its order, some at a time: one of each shard in turn. */
async function* inTurn(shards: readonly Shard[]): AsyncGenerator<Float32Array> {
  const rows = shards.map(rowsOf);
  const pending: Float32Array[] = [];
  try {
    for (let index = 0; ; index++) {
      const { value, done } = await rows[index % shards.length]!.next();
      if (!done) pending.push(value);
      if (pending.length > 0 && (done || pending.length === CHUNK)) yield joined(pending.splice(0));
      if (done) return;
    }
  } finally {
    for (const each of rows) await each.return(undefined);
  }
}

async function* rowsOf({ path, results }: Shard): AsyncGenerator<Float32Array, undefined, undefined> {
  const shape = logitsShape(results);
  const size = shape.rowShape.reduce((a, b) => a * b);
  for await (const { rows } of readNpyRows(join(dirname(path), evaluationFiles.logits), shape)) {
    for (let at = 0; at < rows.length; at += size) yield rows.subarray(at, at + size);
  }
  return undefined;
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]!.length;
  const all = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) all.set(row, i * size);
  return all;
}
