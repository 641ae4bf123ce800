import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseline } from '../conformance/baseline.ts';
import { NOT_ON_BACKEND, skipReasons } from '../conformance/skips.ts';
import { formatSummary, summarize } from '../conformance/summary.ts';
import { type SuiteResult, superviseSuite } from '../conformance/supervise.ts';

const { version } = createRequire(import.meta.url)('@tensorflow/tfjs-core/package.json');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in for a bundled suite: it tells of these specs, and `act` is what they do. */
function suiteOf(names: readonly string[], act: string): string {
  const path = join(folder, `${names.join('-')}.mjs`);
  writeFileSync(
    path,
    `import { writeSync } from 'node:fs';
    const tell = (event) => writeSync(3, JSON.stringify(event) + '\\n');
    const { from } = JSON.parse(process.env.TFJS_CONFORMANCE_REQUEST);
    tell({ type: 'listed', total: ${names.length}, unusedSkips: [] });
    for (const [index, name] of ${JSON.stringify(names)}.entries()) {
      if (index < from) continue;
      tell({ type: 'started', index, name });
      ${act}
      tell({ type: 'ended', name, outcome: 'passed', message: '' });
    }
    tell({ type: 'done' });`,
  );
  return path;
}

const supervise = (bundle: string) =>
  superviseSuite(bundle, { backend: 'cpu', filter: '', verbose: false, ignoreSkips: false, patience: 1500 });

describe('superviseSuite', () => {
  it('goes on in a new process after a spec that ends or blocks the old one', async () => {
    const act = `
      if (name === 'dies') { console.error('last words'); process.exit(3); }
      if (name === 'is killed') process.kill(process.pid, 'SIGKILL');
      if (name === 'blocks' || name === 'is killed') for (;;);`;
    const { total, ends } = await supervise(suiteOf(['first', 'dies', 'is killed', 'blocks', 'last'], act));
    expect(total).toBe(5);
    expect(ends.map(({ name, outcome, message }) => [name, outcome, message])).toEqual([
      ['first', 'passed', ''],
      ['dies', 'failed', 'the process ended with exit code 3: last words'],
      ['is killed', 'failed', 'the process ended by SIGKILL'],
      ['blocks', 'failed', 'blocked for 1.5 s'],
      ['last', 'passed', ''],
    ]);
  });

  it('keeps what a spec came to when the process ends after it', async () => {
    const act = `
      if (name === 'leaves') {
        tell({ type: 'ended', name, outcome: 'passed', message: '' });
        process.exit(1);
      }`;
    const { ends } = await supervise(suiteOf(['leaves', 'next'], act));
    expect(ends.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'leaves: passed',
      '(after) leaves: failed',
      'next: passed',
    ]);
  });

  it('says so when no spec could be run', async () => {
    const bundle = join(folder, 'broken.mjs');
    writeFileSync(bundle, "console.error('no such library'); process.exit(1);");
    await expect(supervise(bundle)).rejects.toThrow(
      'conformance: the suite did not run, the process ended with exit code 1: no such library; see more with --verbose',
    );
  });
});

describe('skipReasons', () => {
  it('finds the reason by a part of the name, and knows the entries that match none', () => {
    const skips = skipReasons([
      { reason: 'no complex numbers', specs: ['complex64', '1D FFT'] },
      { reason: 'no strings', specs: ['string'] },
    ]);
    expect(skips.reasonFor('abs complex64 rank-1')).toBe('no complex numbers');
    expect(skips.reasonFor('abs basic')).toBeUndefined();
    expect(skips.unused()).toEqual(['1D FFT', 'string']);
  });
});

describe('summarize', () => {
  const result: SuiteResult = {
    total: 40,
    unusedSkips: [],
    ends: [
      ...Array.from({ length: 18 }, (_, index) => ({ name: `spec ${index}`, outcome: 'passed' as const, message: '' })),
      { name: 'beyond wasm', outcome: 'passed', message: '' },
      { name: 'complex', outcome: 'skipped', message: 'no complex numbers' },
      { name: 'shapes', outcome: 'skipped', message: NOT_ON_BACKEND },
    ],
  };
  const about = { backend: 'onnxruntime', tfjs: '4.22.0', filter: '' };

  it('counts a skipped spec that wasm passes as not passed, and one that wasm fails not at all', () => {
    const baseline = { tfjs: '4.22.0', passes: 19, fails: ['beyond wasm'] };
    const summary = summarize(result, { ...about, baseline });
    expect(summary).toMatchObject({ selected: 21, passed: 19, ofWasm: { passes: 19, passed: 18 }, ok: false });
    expect(summary.skipped).toEqual({ 'no complex numbers': 1, [NOT_ON_BACKEND]: 1 });
    expect(summarize(result, { ...about, filter: 'e', baseline }).ofWasm).toEqual({ passes: 19, passed: 18 });
    expect(formatSummary(summary)).toContain('Of the 19 specs that wasm passes, onnxruntime passes 18 (94.74 %).');
  });

  it('is content with 95% of what wasm passes, and with no failure and no unused entry', () => {
    const baseline = { tfjs: '4.22.0', passes: 18, fails: ['beyond wasm', 'complex'] };
    const summaryOf = (changes: Partial<SuiteResult>) => summarize({ ...result, ...changes }, { ...about, baseline });
    expect(summaryOf({}).ok).toBe(true);
    expect(summaryOf({ unusedSkips: ['gone'] }).ok).toBe(false);
    const failed = summaryOf({ ends: [...result.ends, { name: 'x', outcome: 'failed', message: 'why\nwhere' }] });
    expect(failed.ok).toBe(false);
    expect(formatSummary(failed)).toContain('FAILED x\n       why\n');
    expect(formatSummary(failed, { inFull: true })).toContain('why\nwhere');
  });
});

describe('readBaseline', () => {
  it('is of the installed tfjs, and of no other', () => {
    expect(readBaseline(version).fails).toContain('complex64 tf.complex');
    expect(() => readBaseline('4.0.0')).toThrow(/of tfjs .*, the suite of 4.0.0; remake it with --backend wasm/);
  });
});
