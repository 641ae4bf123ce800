/**
 * How long a step of asymmetric masked distillation takes: a ViT-B teacher that sees half of an image and a ViT-S student that sees a
 * quarter, 224 px, batch 4, layers 6 and 12 aligned directly and through generators of depth 2, MAE's decoder. Against the sum of its parts,
 * each measured alone; with the teacher in float32 and in int8; and against PyTorch, where a python3 has torch. Each in a process of its own,
 * in turn, `--rounds` times over; of each the quicker round counts.
 *
 *   npx tsx bench/amd.bench.ts [--steps 12] [--rounds 2] [--threads 2] [--json file]
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { partFlops } from './amd/work-flops.ts';

interface Measured {
  engine: string;
  medianMs: number;
  minMs: number;
  firstMs: number;
  processorMs: number;
  peakMB: number;
  value: number;
}

const { values: flags } = parseArgs({
  options: {
    steps: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    json: { type: 'string' },
  },
});
const sizes = {
  ...{ batch: 4, imageSize: 224, patch: 16, ratio: 0.75, teacherRatio: 0.5, threads: Number(flags.threads) },
  teacher: { width: 768, depth: 12, heads: 12 },
  student: { width: 384, depth: 12, heads: 6 },
  decoder: { width: 512, depth: 8, heads: 16 },
  ...{ layers: [6, 12], generatorDepth: 2 },
};

/** Runs a program that prints one line of JSON. */
function measure(command: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Measured {
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(command, [...words, '--steps', flags.steps], options);
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

const ours = (work: string, freeze: 'float32' | 'int8' = 'float32') => {
  const words = ['bench/amd/measure-amd.mjs', JSON.stringify(sizes), work, '--freeze', freeze];
  return () => measure(process.execPath, words);
};
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
);
const torch = () =>
  measure(python!, ['bench/peers/torch_amd.py', JSON.stringify(sizes)], {
    ...{ OMP_WAIT_POLICY: 'PASSIVE', OPENBLAS_CORETYPE: 'SKYLAKEX' },
  });

const works = {
  teacher: ['teacher forward, float32', ours('teacher')],
  teacherInt8: ['teacher forward, int8', ours('teacher', 'int8')],
  mae: ['student MAE step', ours('mae')],
  alignment: ['projections and generators, a step', ours('alignment')],
  amd: ['AMD step, float32 teacher', ours('amd')],
  amdInt8: ['AMD step, int8 teacher', ours('amd', 'int8')],
  ...(python ? { torch: ['AMD step, PyTorch', torch] as const } : {}),
} as const satisfies Record<string, readonly [string, () => Measured]>;

console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, ${flags.threads} threads, Node ${process.version}`);
if (!python) console.log('PyTorch: no python3 has torch, left out');
const best: Partial<Record<keyof typeof works, Measured>> = {};
for (let round = 0; round < Number(flags.rounds); round++) {
  for (const name of Object.keys(works) as (keyof typeof works)[]) {
    const measured = works[name]![1]();
    if (measured.medianMs < (best[name]?.medianMs ?? Number.POSITIVE_INFINITY)) best[name] = measured;
  }
}

console.log('work                                 ms/step    min  processor ms  first s  peak MB');
for (const [name, [title]] of Object.entries(works)) {
  const { medianMs, minMs, processorMs, firstMs, peakMB, engine } = best[name as keyof typeof works]!;
  const cells = [
    (name === 'torch' ? `AMD step, ${engine}` : title).padEnd(36),
    medianMs.toFixed(0).padStart(7),
    minMs.toFixed(0).padStart(6),
    processorMs.toFixed(0).padStart(13),
    (firstMs / 1000).toFixed(1).padStart(8),
    peakMB.toFixed(0).padStart(8),
  ];
  console.log(cells.join(' '));
}

type Name = keyof typeof works;
const ms = (...names: Name[]) => names.reduce((sum, name) => sum + (best[name]?.medianMs ?? Number.NaN), 0);
const ratios: [string, number][] = [
  ['AMD step / (teacher forward + student MAE step)', ms('amd') / ms('teacher', 'mae')],
  ['the same with projections and generators among the parts', ms('amd') / ms('teacher', 'mae', 'alignment')],
  ['int8: AMD step / (teacher forward + student MAE step)', ms('amdInt8') / ms('teacherInt8', 'mae')],
  ['int8: the same with projections and generators', ms('amdInt8') / ms('teacherInt8', 'mae', 'alignment')],
  ['AMD step, int8 / float32 teacher', ms('amdInt8') / ms('amd')],
];
if (python) {
  ratios.push(
    ['AMD step / PyTorch, float32 teacher (target 0.90)', ms('amd') / ms('torch')],
    ['AMD step / PyTorch, int8 teacher (target 0.70)', ms('amdInt8') / ms('torch')],
  );
}
const gflop = partFlops(sizes);
const share = Object.values(gflop).reduce((sum, part) => sum + part) / (gflop.teacher + gflop.mae);
const inGflop = (flops: number) => (flops / 1e9).toFixed(0);
console.log(`
The target 1.05 is for the step against its parts. Teacher forward and student MAE step leave out what the method adds to them, projections and
generators (forward, backward, AdamW), which is measured as a part of its own. In GFLOP of matrix products: teacher ${inGflop(gflop.teacher)},
student MAE step ${inGflop(gflop.mae)}, projections and generators ${inGflop(gflop.alignment)}; by these alone the first ratio would be ${share.toFixed(2)}.`);
for (const [title, ratio] of ratios) console.log(`${title.padEnd(58)} ${ratio.toFixed(2)}`);
if (flags.json) {
  const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), node: process.version };
  writeFileSync(
    flags.json,
    `${JSON.stringify({ machine, sizes, works: best, ratios: Object.fromEntries(ratios) }, null, 2)}\n`,
  );
}
