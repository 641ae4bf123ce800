import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests } from './count-tests.ts';

const report = join(mkdtempSync(join(tmpdir(), 'verify-')), 'tests.json');

/** In the order in which a fault is cheapest to find; tests last, so that their summary closes the output. */
const PARTS = {
  build: 'npm run --silent build',
  lint: 'npm run --silent lint',
  typecheck: 'npm run --silent typecheck',
  check: 'npm run --silent check',
  docs: 'npm run --silent docs',
  tests: `npm run --silent test:all -- --reporter=default --reporter=json --outputFile.json=${JSON.stringify(report)}`,
};

const times: string[] = [];
const failures: string[] = [];
for (const [part, command] of Object.entries(PARTS)) {
  console.log(`\n── ${part}: ${command}`);
  const start = performance.now();
  const { status } = spawnSync(command, {
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CI: 'true' },
  });
  if (status !== 0) failures.push(part);
  times.push(`${part} ${((performance.now() - start) / 1000).toFixed(0)} s${status === 0 ? '' : ' FAILED'}`);
}

const tests = countTests(readReport());
// A part that failed counts as one, the tests as many as failed, and as one at least if the runner itself did not end well.
const failed =
  failures.filter((part) => part !== 'tests').length + Math.max(tests.failed, Number(failures.includes('tests')));
console.log(`${times.join(', ')}\n${tests.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function readReport(): unknown {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return {}; // the runner died before it could write
  }
}
