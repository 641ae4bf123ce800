import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

// Needs a build, as the example's header says.
it('examples/library-pretrain runs in plain Node and leaves a checkpoint', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'library-'));
  try {
    const script = resolve(import.meta.dirname, '../examples/library-pretrain/main.mjs');
    const printed = execFileSync(process.execPath, [script, '', '4'], { cwd: folder, encoding: 'utf8' });
    expect(printed).toMatch(/^runs\/library\/checkpoints\/step-4: mean loss \d\.\d{3} since the checkpoint before\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
