/**
 * How long a training step of a masked autoencoder takes on each engine, as a table and as JSON: against the float32 matrix-product rate of
 * ONNX Runtime measured in the same run, against wasm, and against PyTorch where `python3` has torch. Each in a process of its own.
 *
 *   npx tsx bench/engine.bench.ts [part of a model's name] [--steps 25] [--json file]
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type ModelName, models, stepFlops } from './engine/models.mjs';
import { pythonWithTorch, torchEnvironment } from './peers/torch.ts';

interface Measured {
  engine: string;
  medianMs: number;
  minMs: number;
  firstMs: number;
  peakMB: number;
  loss: number;
}

const { positionals, values: flags } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { json: { type: 'string' }, steps: { type: 'string', default: '25' } },
});
const names = (Object.keys(models) as ModelName[]).filter(
  (name) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);

/** Runs a program that prints one line of JSON; nothing if it fails. */
function measure<T>(command: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): T | undefined {
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8', env: { ...process.env, ...env } });
  return status === 0 ? (JSON.parse(stdout.trim().split('\n').at(-1)!) as T) : undefined;
}

const node = (file: string, ...words: string[]) => [`bench/engine/${file}.mjs`, ...words];
const rateNow = () =>
  measure<{ gflopPerSecond: number }>(process.execPath, node('matmul-rate'))?.gflopPerSecond ?? Number.NaN;

console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
if (!pythonWithTorch) console.log('PyTorch: python3 has no torch, left out');
console.log('model         engine            ms/step  min   GFLOP/s  of matmul  first s  peak MB');
const rows: object[] = [];
for (const name of names) {
  const gflop = stepFlops(models[name]) / 1e9;
  const rates = [rateNow()];
  const runs: (Measured | undefined)[] = [
    measure<Measured>(process.execPath, node('measure-step', name, 'onnxruntime', '--steps', flags.steps)),
    pythonWithTorch
      ? measure<Measured>(
          pythonWithTorch,
          [
            'bench/peers/torch_mae.py',
            JSON.stringify({ ...models[name], threads: availableParallelism() }),
            flags.steps,
          ],
          torchEnvironment,
        )
      : undefined,
    measure<Measured>(process.execPath, node('measure-step', name, 'wasm', '--steps', '4')),
  ];
  rates.push(rateNow());
  const rate = Math.max(...rates);
  const [here, torch, wasm] = runs;
  for (const run of runs) {
    if (!run) continue;
    const speed = (1000 * gflop) / run.medianMs;
    rows.push({ model: name, ...run, gflop, gflopPerSecond: speed, matmulRate: rate });
    const cells = [
      name.padEnd(13),
      run.engine.padEnd(17),
      run.medianMs.toFixed(0).padStart(7),
      run.minMs.toFixed(0).padStart(5),
      speed.toFixed(0).padStart(8),
      `${((100 * speed) / rate).toFixed(0)} %`.padStart(10),
      (run.firstMs / 1000).toFixed(1).padStart(8),
      run.peakMB.toFixed(0).padStart(8),
    ];
    console.log(cells.join(' '));
  }
  const ratio = (other?: Measured) => (other && here ? (other.medianMs / here.medianMs).toFixed(1) : '–');
  console.log(
    `${name}: ${ratio(wasm)} times as fast as wasm, ${ratio(torch)} times as fast as PyTorch; matmul ${rates.map((r) => r.toFixed(0)).join(' and ')} GFLOP/s\n`,
  );
}
if (flags.json) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
