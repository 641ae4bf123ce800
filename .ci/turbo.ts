import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** Runs a task of `turbo.json` in every package, without telemetry, and shows what it prints only if it fails. */
const require = createRequire(import.meta.url);
const start = performance.now();
const [task, ...rest] = process.argv.slice(2);
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [require.resolve('turbo/bin/turbo'), 'run', `${task}`, '--output-logs=errors-only', ...rest],
  { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } },
);
if (status === 0) console.log(`${task}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
else {
  console.error(stdout, stderr);
  process.exitCode = 1;
}
