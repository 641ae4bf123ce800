import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsLog, readMetrics } from '../src/metrics-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

const row = (step: number) => ({ step, loss: 1 / step });

describe('MetricsLog', () => {
  it('writes a JSON object a line, and numbers that are not finite as null', async () => {
    const path = join(await temporaryFolder(), 'metrics.jsonl');
    const log = new MetricsLog(path);
    await log.append({ step: 1, loss: 0.1, note: 'a\nb' } as { step: number });
    await log.append({ step: 2, loss: Number.NaN } as { step: number });
    expect(await readFile(path, 'utf8')).toBe('{"step":1,"loss":0.1,"note":"a\\nb"}\n{"step":2,"loss":null}\n');
    expect(await readMetrics(path)).toEqual([
      { step: 1, loss: 0.1, note: 'a\nb' },
      { step: 2, loss: null },
    ]);
  });

  it('after a kill anywhere and a resume, holds the very bytes of an unbroken run', async () => {
    const path = join(await temporaryFolder(), 'metrics.jsonl');
    const steps = Array.from({ length: 12 }, (_, i) => i + 1);
    const unbroken = steps.map((step) => `${JSON.stringify(row(step))}\n`).join('');
    await fc.assert(
      fc.asyncProperty(fc.nat(unbroken.length), fc.nat(12), async (killedAt, checkpoint) => {
        const written = unbroken.slice(0, killedAt);
        // A checkpoint is only there once its step was logged.
        const step = Math.min(checkpoint, written.split('\n').length - 1);
        await writeFile(path, written);
        const log = new MetricsLog(path);
        await log.truncateAfter(step);
        for (const next of steps.slice(step)) await log.append(row(next));
        expect(await readFile(path, 'utf8')).toBe(unbroken);
      }),
      { numRuns: 60 },
    );
  });

  it('has nothing to truncate before its first row, and drops what a power cut left of lines', async () => {
    const path = join(await temporaryFolder(), 'metrics.jsonl');
    const log = new MetricsLog(path);
    await log.truncateAfter(3);
    await expect(readFile(path)).rejects.toThrow('ENOENT');
    await writeFile(path, `${JSON.stringify(row(1))}\n\0\0\0\n[2]\nnull\n${JSON.stringify(row(2))}\n`);
    await log.truncateAfter(5);
    expect(await readMetrics(path)).toEqual([row(1), row(2)]);
  });
});

describe('readMetrics', () => {
  it('leaves out a torn last line, and names any other that is no row', async () => {
    const path = join(await temporaryFolder(), 'metrics.jsonl');
    await expect(readMetrics(path)).rejects.toThrow(InputError);
    await expect(readMetrics(path)).rejects.toThrow(`metrics: ${path} can't be read (ENOENT`);
    await writeFile(path, `${JSON.stringify(row(1))}\n{"step":2,"lo`);
    expect(await readMetrics(path)).toEqual([row(1)]);
    await appendFile(path, `\n${JSON.stringify(row(3))}\n`);
    await expect(readMetrics(path)).rejects.toThrow(
      new InputError(`metrics: ${path} line 2 is no JSON object with a step; remove the line`),
    );
  });
});
