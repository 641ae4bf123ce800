import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** Runs `bench/*.bench.ts` against the build, one process after the other: all of them, or those whose name holds an argument. */
const wanted = process.argv.slice(2);
for (const file of readdirSync('bench').filter((name) => name.endsWith('.bench.ts'))) {
  if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) continue;
  console.log(`\n${file}`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', `bench/${file}`], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
