import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Summary } from '../conformance/summary.ts';

const run = fileURLToPath(new URL('../conformance/run.ts', import.meta.url));

it("passes tfjs-core's own suite, and 95% of what wasm passes", { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const json = join(folder, 'summary.json');
    const child = spawn(process.execPath, ['--import', 'tsx', run, '--json', json], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    const [code] = await once(child, 'close');
    expect(code, said).toBe(0);
    const { backend, failed, ofWasm }: Summary = JSON.parse(await readFile(json, 'utf8'));
    expect({ backend, failed }).toEqual({ backend: 'onnxruntime', failed: [] });
    expect(ofWasm.passes).toBeGreaterThan(3500);
    expect(ofWasm.passed / ofWasm.passes).toBeGreaterThanOrEqual(0.95);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
