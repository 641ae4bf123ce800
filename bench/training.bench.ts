/**
 * How long a training step takes and what share of it waits for data: MAE at batch 64 and 64 px, on the small model whose short steps ask
 * most of the loader. The target is under 3% waiting.
 *
 *   npx tsx bench/training.bench.ts [folder, list or tars of images] [steps]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMetrics } from '@masked-distill/train';

const PACK = '../shared/data/tinyimagenet22-train-{0000..0001}.tar';
const hasPack = existsSync(PACK.replace('{0000..0001}', '0000'));
const [data = hasPack ? PACK : 'procedural:1000', steps = '20'] = process.argv.slice(2);
/** The first steps fill the pipeline and warm the engine up. */
const LEFT_OUT = 3;

const root = mkdtempSync(join(tmpdir(), 'bench-training-'));
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
try {
  console.log(`MAE step, batch 64, 64 px, patch 8, ${data}`);
  console.log('model   workers  ms/step (median)  images/s  waiting for data');
  for (const model of ['nano', 'tiny']) {
    for (const workers of [1, 2]) {
      const name = `${model}-${workers}`;
      const flags = ['--model', model, '--image-size', '64', '--patch', '8', '--batch-size', '64', '--steps', steps];
      const quiet = ['--picture-every', 'off', '--checkpoint-every', `${steps} steps`, '--root', root, '--name', name];
      const words = [
        'packages/cli/bin/masked-distill.js',
        'pretrain',
        '--data',
        data,
        '--workers',
        `${workers}`,
        ...flags,
        ...quiet,
      ];
      const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', 'ignore', 'ignore'] });
      if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`);
      const rows = (await readMetrics(join(root, name, 'metrics.jsonl'))).slice(LEFT_OUT);
      const sum = (key: string) => rows.reduce((total, row) => total + (row[key] as number), 0);
      const seconds = sum('dataSeconds') + sum('stepSeconds');
      const milliseconds = median(
        rows.map((row) => 1000 * ((row.dataSeconds as number) + (row.stepSeconds as number))),
      );
      const share = `${((100 * sum('dataSeconds')) / seconds).toFixed(1)}%`;
      console.log(
        `${model.padEnd(7)} ${`${workers}`.padStart(7)}  ${milliseconds.toFixed(0).padStart(16)}  ${((64 * rows.length) / seconds).toFixed(0).padStart(8)}  ${share.padStart(16)}`,
      );
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
