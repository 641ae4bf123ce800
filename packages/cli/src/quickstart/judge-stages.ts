import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeKeys } from '../config/probe-config.ts';
import type { Environment } from '../environment.ts';
import { runProbe } from '../probe/run-probe.ts';
import type { QuickstartConfig } from './quickstart-keys.ts';
import { type Stage, type StageName, storyOf } from './stages.ts';

/** What the frozen features of a model are worth, and what they cost. */
export interface JudgedStage {
  /** Which model. */
  readonly name: StageName;
  /** Its encoder. */
  readonly encoder: { readonly width: number; readonly depth: number };
  /** Steps it was trained. */
  readonly steps: number;
  /** Seconds that took. */
  readonly seconds: number;
  /** Share of what is held out that their nearest neighbour classifies rightly. */
  readonly knn: number;
  /** The same for a linear classifier on the features. */
  readonly linear: number;
  /** Images or videos that were judged. */
  readonly judged: number;
  /** Which of them. */
  readonly kind: 'images' | 'videos';
  /** Classes they are of. */
  readonly classes: number;
}

/** Neighbours that vote. */
const K = '20';

/** Judges every model by images that none was trained on; writes each report beside the runs. */
export async function judgeStages(
  config: QuickstartConfig,
  { stages, folder, environment }: { stages: readonly Stage[]; folder: string; environment: Environment },
): Promise<JudgedStage[]> {
  const drawn = storyOf(config);
  const silent = { ...environment, stdout: { write: () => true } };
  const defaults = Object.fromEntries(Object.entries(probeKeys).map(([name, key]) => [name, key.default]));
  const judged: JudgedStage[] = [];
  for (const { name } of stages) {
    const path = join(folder, name);
    const report = await runProbe(
      {
        ...(defaults as unknown as Parameters<typeof runProbe>[0]),
        checkpoint: path,
        data: config.data ?? drawn.judgedBy,
        val: config.data === undefined ? (config.val ?? drawn.val) : config.val,
        valShare: config.valShare,
        limit: config.limit,
        workers: config.workers,
        seed: config.seed,
        k: K,
        json: join(folder, `${name}-probe.json`),
        engine: config.engine,
        device: config.device,
        threads: config.threads,
      },
      silent,
    );
    const { steps, seconds } = JSON.parse(await readFile(join(path, 'summary.json'), 'utf8')) as JudgedStage;
    judged.push({
      name,
      encoder: report.encoder,
      steps,
      seconds,
      knn: report.knn[0]!.top1,
      linear: report.linear.top1,
      judged: report.data.validationImages,
      kind: report.data.kind,
      classes: report.data.classes,
    });
  }
  return judged;
}
