import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@masked-distill/base/files';
import { meanProbabilities } from '@masked-distill/eval';
import { encodePng } from '@masked-distill/image-data';
import { readNpyRows } from '../npy/npy-rows.ts';
import { renderConfusion } from '../pictures/confusion-picture.ts';
import { parseJson } from '../weights/parse-json.ts';
import { csvRows } from './csv.ts';
import { describeResults } from './describe-results.ts';
import { type EvalResults, type FailedSample, failedSchema, type Labelled } from './eval-results.ts';
import { type Evaluation, evaluationFiles, logitsShape, viewsOf } from './evaluation.ts';
import { measure } from './measure.ts';

/** Computes everything from a folder's complete logits, and writes it there; `results.json` last. */
export async function writeResults(
  folder: string,
  { evaluation, samples }: { evaluation: Evaluation; samples: readonly Labelled[] },
): Promise<EvalResults> {
  const { classNames } = evaluation;
  const classes = classNames.length;
  const at = (file: keyof typeof evaluationFiles) => join(folder, evaluationFiles[file]);
  const probabilities = new Float32Array(samples.length * classes);
  for await (const { first, rows } of readNpyRows(at('logits'), logitsShape(evaluation))) {
    probabilities.set(meanProbabilities(rows, { views: viewsOf(evaluation), classes }), first * classes);
  }
  const labels = Int32Array.from(samples, ({ label }) => label);
  const { metrics, confusion, predicted } = measure(probabilities, labels, classNames);
  const results: EvalResults = {
    ...evaluation,
    metrics,
    failed: await readFailed(at('failed')),
    samples: samples.map((sample, i) => {
      const taken = predicted[i]!;
      if (taken < 0) return { ...sample, predicted: null, confidence: null };
      return { ...sample, predicted: taken, confidence: probabilities[i * classes + taken]! };
    }),
  };
  const accuracies = metrics.perClass.map(({ name, samples, accuracy }) => [name, samples, accuracy ?? '']);
  await writeFileAtomic(at('perClass'), csvRows([['class', 'samples', 'accuracy'], ...accuracies]));
  const rows = confusion.map((counts, i) => [classNames[i]!, ...counts]);
  await writeFileAtomic(at('confusion'), csvRows([['class', ...classNames, '(not read)'], ...rows]));
  await writeFileAtomic(at('picture'), await encodePng(renderConfusion({ confusion, classNames })));
  await writeFileAtomic(at('report'), describeResults(results));
  await writeFileAtomic(at('results'), formatResults(results));
  return results;
}

/** JSON with a line for each sample, so that differences can be read. */
function formatResults({ samples, ...rest }: EvalResults): string {
  const lines = samples.map((sample) => `    ${JSON.stringify(sample)}`).join(',\n');
  return `${JSON.stringify(rest, null, 2).slice(0, -2)},\n  "samples": [\n${lines}\n  ]\n}\n`;
}

/** The failures that were noted; a line that was cut off or written twice counts once. */
async function readFailed(path: string): Promise<FailedSample[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const found = new Map<number, FailedSample>();
  for (const line of text.split('\n')) {
    const parsed = failedSchema.safeParse(parseJson(line));
    if (parsed.success) found.set(parsed.data.index, parsed.data);
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
}
