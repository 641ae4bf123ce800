// A run that logs and saves until it is killed; says each step whose checkpoint is done.
import { writeSync } from 'node:fs';
import { tensorData } from '@masked-distill/tensor-core';
import { openRunFolder } from '../src/index.ts';

const run = await openRunFolder(process.argv[2]!);
const { checkpoint } = await run.checkpoints.loadLatest();
await run.metrics.truncateAfter(checkpoint.step);
for (let step = checkpoint.step + 1; ; step++) {
  await run.metrics.append({ step });
  const weights = new Map([['w', tensorData(new Float32Array(100_000).fill(step), [100_000])]]);
  const tensors = { 'model.safetensors': weights, 'optimizer.safetensors': weights };
  await run.checkpoints.save({ step, tensors, state: { step }, best: step % 3 === 0, keep: 1 + (step % 2) });
  writeSync(1, `${step}\n`);
}
