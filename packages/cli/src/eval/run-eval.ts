import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { limitSource, requireLabels, subsetSource } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { EvalConfig } from '../config/eval-config.ts';
import { workersOf } from '../data/modality.ts';
import { modalityOf } from '../data/modality-of.ts';
import { openSamples } from '../data/open-samples.ts';
import type { Environment } from '../environment.ts';
import { forwardViews } from '../evaluation/forward-views.ts';
import { matchClasses } from '../evaluation/match-classes.ts';
import { openClassifier, type StoredClassifier } from '../evaluation/open-classifier.ts';
import { sampleViews } from '../evaluation/sample-views.ts';
import { createCountNote } from '../inspect/count-note.ts';
import { openNpyRows } from '../npy/npy-rows.ts';
import { startEngine } from '../start-engine.ts';
import { describeProtocol, describeResults } from './describe-results.ts';
import type { EvalResults, Labelled } from './eval-results.ts';
import { claimFolder, type Evaluation, evaluationFiles, logitsShape, samplesOfShard } from './evaluation.ts';
import { protocolOf } from './protocol.ts';
import { writeResults } from './results.ts';

/**
 * Evaluates a fine-tuned classifier, and writes and prints what it found. What an earlier, unfinished evaluation of the same has left in
 * the folder is not computed again.
 *
 * @returns undefined when it was stopped by Ctrl-C
 * @throws InputError when the checkpoint, the data or the folder can't be used
 */
export async function runEval(options: EvalConfig, environment: Environment): Promise<EvalResults | undefined> {
  const { checkpoint, data, output: folder } = options;
  if (checkpoint === undefined) {
    throw new InputError('eval: no checkpoint was given; add --checkpoint PATH, or --merge with results of shards');
  }
  if (data === undefined) throw new InputError('eval: no data was given; add --data PATH');
  const classifier = await openClassifier(checkpoint, environment, {
    who: 'eval',
    ema: options.weights === 'averaged',
    ...options,
  });
  try {
    const all = await openSamples(data, { ...options, input: classifier });
    const source = options.limit === 'off' ? all : limitSource(all, options.limit);
    const classes = requireLabels(source);
    const { names, labelOf } = matchClasses({ classifier, data: { name: source.name, classes } });
    const [index, of] = options.shard.split('/').map(Number) as [number, number];
    const evaluation: Evaluation = {
      checkpoint: { path: classifier.path, fingerprint: classifier.fingerprint },
      data: { name: source.name, fingerprint: await source.fingerprint(), samples: source.length },
      protocol: protocolOf(options, classifier),
      classNames: [...names],
      shard: { index, of },
    };
    const chosen = samplesOfShard(evaluation);
    if (index > of || chosen.length === 0) {
      throw new InputError(`eval: there is no part ${options.shard} of ${source.length} samples; see --shard`);
    }
    await claimFolder(folder, evaluation);
    const isDone = await computeLogits({ options, environment, classifier, evaluation, chosen, source });
    if (!isDone) return undefined;
    const samples = chosen.map((index) => labelled(source, index, labelOf));
    const results = await writeResults(folder, { evaluation, samples });
    environment.stdout.write(describeBriefly(results, folder));
    return results;
  } finally {
    await classifier.close();
  }
}

function labelled(source: SampleSource<SourceSample>, index: number, labelOf: Int32Array): Labelled {
  const { key, label } = source.sample(index);
  return { index, key, label: labelOf[label!]! };
}

interface ComputeLogitsOptions {
  readonly options: EvalConfig;
  readonly environment: Environment;
  readonly classifier: StoredClassifier;
  readonly evaluation: Evaluation;
  /** Indices of the samples to evaluate. */
  readonly chosen: readonly number[];
  readonly source: SampleSource<SourceSample>;
}

/** Computes the logits that are not there yet. Returns whether all are. */
async function computeLogits({
  options,
  environment,
  classifier,
  evaluation,
  chosen,
  source,
}: ComputeLogitsOptions): Promise<boolean> {
  const { stderr, interrupts } = environment;
  const note = (text: string) => void stderr.write(`${text}\n`);
  const logits = await openNpyRows(join(options.output, evaluationFiles.logits), logitsShape(evaluation));
  try {
    if (logits.done === chosen.length) return true;
    if (logits.done > 0) note(`going on after ${logits.done} of ${chosen.length} samples in ${options.output}`);
    const open = chosen.slice(logits.done);
    const engine = await startEngine(options, note);
    const model = await classifier.build();
    const stop = interrupts.listen();
    const progress = createCountNote('evaluating', environment);
    try {
      const loader = sampleViews(subsetSource(source, open), {
        modality: modalityOf(classifier),
        input: classifier,
        normalization: classifier.normalization,
        cropShare: options.cropShare,
        views: pickViews(evaluation),
        clips: options,
        batchSize: options.batchSize,
        workers: workersOf(options),
        maxPixels: options.maxPixels,
        onUnreadable: ({ key, reason }) => note(`not read, counted wrong: ${key}: ${reason}`),
      });
      const pass = { module: model, forward: model.forward.bind(model), batchSize: options.batchSize, engine };
      note(`evaluating ${open.length} samples on ${engine.name}: ${describeProtocol(evaluation)}`);
      for await (const { first, keys, rows } of forwardViews(loader, pass)) {
        const failed = keys.flatMap((key, i) => {
          const report = loader.unreadable.get(first + i);
          return report ? [`${JSON.stringify({ index: open[first + i], key, reason: report.reason })}\n`] : [];
        });
        if (failed.length > 0) await appendFile(join(options.output, evaluationFiles.failed), failed.join(''));
        await logits.append(rows);
        progress.update({ done: logits.done, total: chosen.length });
        if (stop.aborted) break;
      }
    } finally {
      progress.clear();
      model.dispose();
    }
    if (logits.done === chosen.length) return true;
    note(`stopped after ${logits.done} of ${chosen.length} samples; the same command goes on`);
    return false;
  } finally {
    await logits.close();
  }
}

const pickViews = ({ protocol: { clips, crops } }: Evaluation) => ({ clips, crops });

/** The report without its list of classes, and where the rest is. */
export function describeBriefly(results: EvalResults, folder: string): string {
  const [brief] = describeResults(results).split('\n![') as [string];
  return `${brief.trimEnd()}\n\nresults in ${folder}: ${Object.values(evaluationFiles).slice(3).join(', ')}\n`;
}
