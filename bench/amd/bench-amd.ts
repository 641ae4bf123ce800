import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { pythonWithTorch, torchEnvironment } from '../peers/torch.ts';
import { type AmdSizes, partFlops } from './work-flops.ts';

/** What a bench of distillation is told on its command line. */
export interface AmdBenchFlags {
  readonly steps: string;
  readonly rounds: string;
  readonly threads: string;
  readonly json?: string;
}

/** What one process measured. */
export interface Measured {
  engine: string;
  medianMs: number;
  minMs: number;
  firstMs: number;
  processorMs: number;
  peakMB: number;
}

/** One row of the table: what is measured, and by which program. */
export interface Work {
  readonly title: string;
  /** The words after the sizes, of `measure-amd.mjs`; or the peer in PyTorch. */
  readonly words: readonly string[] | 'torch';
}

/** A ratio of two sums of rows, by their names. */
export interface Ratio {
  readonly title: string;
  readonly of: string;
  readonly over: readonly string[];
}

/** Options of {@link benchAmd}. */
export interface AmdBench {
  readonly sizes: AmdSizes;
  readonly flags: AmdBenchFlags;
  readonly works: Readonly<Record<string, Work>>;
  readonly ratios: readonly Ratio[];
}

/** The flags of every bench of distillation. */
export function amdBenchFlags(steps: number): AmdBenchFlags {
  return parseArgs({
    options: {
      steps: { type: 'string', default: `${steps}` },
      rounds: { type: 'string', default: '2' },
      threads: { type: 'string', default: `${availableParallelism()}` },
      json: { type: 'string' },
    },
  }).values;
}

/**
 * Measures each work in a process of its own, in turn, so many rounds over, and prints the quicker round of each, and ratios. Rows of the
 * peer are left out where no python3 has torch.
 */
export function benchAmd({ sizes, flags, works, ratios }: AmdBench): void {
  console.log(
    `${cpus()[0]?.model}, ${availableParallelism()} cores, ${flags.threads} threads, Node ${process.version}`,
  );
  if (!pythonWithTorch) console.log('PyTorch: no python3 has torch, left out');
  const there = Object.entries(works).filter(([, { words }]) => words !== 'torch' || pythonWithTorch);
  const best: Record<string, Measured> = {};
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [name, { words }] of there) {
      const measured = measure(words, { sizes: { ...sizes, threads: Number(flags.threads) }, steps: flags.steps });
      if (measured.medianMs < (best[name]?.medianMs ?? Number.POSITIVE_INFINITY)) best[name] = measured;
    }
  }
  printTable(there, best);
  printWork(sizes);
  const found = ratios.flatMap(({ title, of, over }) => {
    if (![of, ...over].every((name) => best[name])) return [];
    const sum = over.reduce((total, name) => total + best[name]!.medianMs, 0);
    return [[title, best[of]!.medianMs / sum] as const];
  });
  const width = Math.max(...found.map(([title]) => title.length));
  for (const [title, ratio] of found) console.log(`${title.padEnd(width)}  ${ratio.toFixed(2)}`);
  if (flags.json) {
    const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), node: process.version };
    writeFileSync(
      flags.json,
      `${JSON.stringify({ machine, sizes, works: best, ratios: Object.fromEntries(found) }, null, 2)}\n`,
    );
  }
}

/** Runs a program that prints one line of JSON. */
function measure(words: Work['words'], { sizes, steps }: { sizes: object; steps: string }): Measured {
  const [command, ...rest] =
    words === 'torch'
      ? [pythonWithTorch!, 'bench/peers/torch_amd.py', JSON.stringify(sizes)]
      : [process.execPath, 'bench/amd/measure-amd.mjs', JSON.stringify(sizes), ...words];
  const env = {
    ...process.env,
    ...(words === 'torch' && torchEnvironment),
  };
  const { status, stdout, stderr } = spawnSync(command, [...rest, '--steps', steps], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${command} ${rest.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

function printTable(works: readonly (readonly [string, Work])[], best: Record<string, Measured>): void {
  const width = Math.max(...works.map(([, { title }]) => title.length)) + 8;
  console.log(`${'work'.padEnd(width)} ms/step    min  processor ms  first s  peak MB`);
  for (const [name, { title, words }] of works) {
    const { medianMs, minMs, processorMs, firstMs, peakMB, engine } = best[name]!;
    const cells = [
      (words === 'torch' ? title.replace('PyTorch', engine) : title).padEnd(width),
      medianMs.toFixed(0).padStart(7),
      minMs.toFixed(0).padStart(6),
      processorMs.toFixed(0).padStart(13),
      (firstMs / 1000).toFixed(1).padStart(8),
      peakMB.toFixed(0).padStart(8),
    ];
    console.log(cells.join(' '));
  }
}

function printWork(sizes: AmdSizes): void {
  const { teacher, mae, alignment } = partFlops(sizes);
  const [inTeacher, inMae, inAlignment] = [teacher, mae, alignment].map((flops) => (flops / 1e9).toFixed(0));
  console.log(
    `\nGFLOP of matrix products: teacher ${inTeacher}, the student's step as a masked autoencoder ${inMae}, projections and generators\n` +
      `${inAlignment} (forward, backward); by these alone a step over teacher and student would be ${((teacher + mae + alignment) / (teacher + mae)).toFixed(2)}.`,
  );
}
