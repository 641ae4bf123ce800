/**
 * How long a fine-tuning step takes: a ViT-S/16 on images of 224 px at batch 8, and on a clip of 16 frames of 224 px; forward, backward, and
 * AdamW with a learning rate for each layer. Against PyTorch, where a python3 has torch. Each in a process of its own, in turn, `--rounds`
 * times over; of each the quicker round counts. The target is 0.95 of PyTorch's step in float32.
 *
 *   npx tsx bench/finetune.bench.ts [--steps 12] [--rounds 2] [--threads 2] [--json file]
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { pythonWithTorch, torchEnvironment } from './peers/torch.ts';

/** What one process measured. */
interface Measured {
  engine: string;
  medianMs: number;
  minMs: number;
  firstMs: number;
  processorMs: number;
  peakMB: number;
}

const { values: flags } = parseArgs({
  options: {
    steps: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    json: { type: 'string' },
  },
});
const small = { width: 384, depth: 12, heads: 6, imageSize: 224, patch: 16, threads: Number(flags.threads) };
const subjects = {
  'ViT-S/16, 224 px, batch 8': { ...small, batch: 8, classes: 1000 },
  'ViT-S/16, 16x224x224, batch 1': { ...small, batch: 1, frames: 16, tubelet: 2, classes: 400 },
};
const programs = {
  ours: [process.execPath, 'bench/finetune/measure-finetune.mjs'],
  ...(pythonWithTorch && { torch: [pythonWithTorch, 'bench/peers/torch_finetune.py'] }),
};

console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, ${flags.threads} threads, Node ${process.version}`);
if (!pythonWithTorch) console.log('PyTorch: no python3 has torch, left out');
const found: Record<string, Partial<Record<keyof typeof programs, Measured>>> = {};
for (const [subject, sizes] of Object.entries(subjects)) {
  const best: (typeof found)[string] = {};
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [name, words] of Object.entries(programs) as [keyof typeof programs, [string, string]][]) {
      const measured = measure(words, { sizes, env: name === 'torch' ? torchEnvironment : {} });
      if (measured.medianMs < (best[name]?.medianMs ?? Number.POSITIVE_INFINITY)) best[name] = measured;
    }
  }
  found[subject] = best;
  console.log(`\n${subject.padEnd(32)} ms/step    min  processor ms  first s  peak MB`);
  for (const { engine, medianMs, minMs, processorMs, firstMs, peakMB } of Object.values(best)) {
    const cells = [
      `  ${engine}`.padEnd(32),
      medianMs.toFixed(0).padStart(7),
      minMs.toFixed(0).padStart(6),
      processorMs.toFixed(0).padStart(13),
      (firstMs / 1000).toFixed(1).padStart(8),
      peakMB.toFixed(0).padStart(8),
    ];
    console.log(cells.join(' '));
  }
  const { ours, torch } = best;
  if (ours && torch) console.log(`ours / PyTorch (target 0.95)  ${(ours.medianMs / torch.medianMs).toFixed(2)}`);
}
if (flags.json) {
  const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), node: process.version };
  writeFileSync(flags.json, `${JSON.stringify({ machine, found }, null, 2)}\n`);
}

/** Runs a program that prints one line of JSON. */
function measure(
  [command, script]: readonly [string, string],
  { sizes, env: more }: { sizes: object; env: NodeJS.ProcessEnv },
): Measured {
  const env = { ...process.env, ...more };
  const words = [script, JSON.stringify(sizes), '--steps', flags.steps];
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}
