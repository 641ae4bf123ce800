import { join } from 'node:path';
import { MetricsLog, type RunFolder, readMetrics } from '@masked-distill/train';
import type { Backbone } from '@masked-distill/vit';
import type { RunConfig } from '../config/run-config.ts';
import { workersOf } from '../data/modality.ts';
import { knnOfEncoder } from '../evaluation/knn-of-encoder.ts';
import type { RunSources } from './open-sources.ts';

/** Measures an encoder before and after a run. */
export interface KnnProbe {
  /** Measures before the first step; a run that goes on has done so. */
  start(step: number): Promise<void>;
  /** Measures after the last step. */
  finish(step: number): Promise<void>;
  /** Both, as they stand in `knn.jsonl`. */
  outcome(): Promise<{ before: number; after: number }>;
}

/** What {@link createKnnProbe} works with. */
export interface KnnProbeOptions {
  /** The images or videos. */
  readonly sources: RunSources;
  /** The run, whose `knn.jsonl` keeps what was measured. */
  readonly run: RunFolder;
  /** Its settings. */
  readonly config: RunConfig;
  /** Tells the user. */
  readonly note: (text: string) => void;
}

/** A probe, where labelled samples are held out. */
export function createKnnProbe(
  encoder: Backbone,
  { sources, run, config, note }: KnnProbeOptions,
): KnnProbe | undefined {
  const { modality, train, validation } = sources;
  if (!validation) return undefined;
  const log = new MetricsLog(join(run.path, 'knn.jsonl'));
  const { mean, std, stride, sampling, reader } = config.data;
  const measure = async (step: number) => {
    const accuracy = await knnOfEncoder(
      encoder,
      { train, validation },
      {
        modality,
        normalization: { mean, std },
        workers: workersOf(config.data),
        clips: { stride, sampling, reader },
      },
    );
    await log.truncateAfter(step - 1);
    await log.append({ step, accuracy } as { step: number });
    note(
      `k-NN accuracy of the frozen features ${step === 0 ? 'before training' : `after ${step} steps`}: ${(100 * accuracy).toFixed(1)}%`,
    );
  };
  return {
    start: async (step) => {
      if (step === 0) await measure(0);
    },
    finish: measure,
    async outcome() {
      const rows = await readMetrics(log.path);
      return { before: rows[0]!.accuracy as number, after: rows.at(-1)!.accuracy as number };
    },
  };
}
