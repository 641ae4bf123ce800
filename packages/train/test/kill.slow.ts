import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRng } from '@masked-distill/base';
import { tensorData, toFloat32 } from '@masked-distill/tensor-core';
import { expect, it } from 'vitest';
import { createRunFolder, openRunFolder, readMetrics } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const KILLS = 25;
const script = fileURLToPath(new URL('./endless-run.ts', import.meta.url));
const FROM_SOURCE = [
  '--import',
  'tsx',
  '--import',
  new URL('./without-gradients.mjs', import.meta.url).href,
  '--conditions=@masked-distill/source',
];

it(`a run that is killed ${KILLS} times while it saves always goes on from its last finished checkpoint`, {
  timeout: 300_000,
}, async () => {
  const { path, checkpoints } = await createRunFolder({ root: await temporaryFolder(), name: 'a', config: '' });
  const tensors = { 'model.safetensors': new Map([['w', tensorData(new Float32Array(1), [1])]]) };
  await checkpoints.save({ step: 0, tensors, state: { step: 0 } });
  const rng = createRng(1, 'kill');
  let finished = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    finished = Math.max(finished, await runAndKill(path, 20 * rng.uniform()));
    const run = await openRunFolder(path);
    const { checkpoint, skipped } = await run.checkpoints.loadLatest();
    expect(skipped).toEqual([]);
    // The kill may come after the rename and before the word of it.
    expect([finished, finished + 1]).toContain(checkpoint.step);
    expect(checkpoint.state).toEqual({ step: checkpoint.step });
    for (const file of checkpoint.files) {
      expect(new Set(toFloat32((await checkpoint.readTensors(file)).get('w')!))).toEqual(new Set([checkpoint.step]));
    }
    await run.metrics.truncateAfter(checkpoint.step);
    const rows = await readMetrics(join(path, 'metrics.jsonl'));
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: checkpoint.step }, (_, i) => i + 1));
  }
  expect(finished).toBeGreaterThan(KILLS);
});

/** Lets the run finish a checkpoint or two, kills it some milliseconds later, and returns the last step that it finished. */
async function runAndKill(path: string, milliseconds: number): Promise<number> {
  const child = spawn(process.execPath, [...FROM_SOURCE, script, path], {
    cwd: dirname(script),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await Promise.race([once(child.stdout, 'data'), closed]);
  await wait(milliseconds);
  child.kill('SIGKILL');
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  return Number(said.trim().split('\n').at(-1));
}
