import { execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Looks with publint and attw at what npm would publish of each package, which has to have a README. Needs a build. */
let failures = 0;
for (const folder of readdirSync('packages')) {
  const cwd = join('packages', folder);
  if (JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')).private) continue;
  if (!existsSync(join(cwd, 'README.md'))) {
    failures++;
    console.error(`NOT SOUND: ${cwd} has no README.md`);
  }
  try {
    execSync('publint --strict && attw --pack . --profile esm-only --format ascii', { cwd, stdio: 'pipe' });
    console.log(`sound: ${cwd}`);
  } catch (error) {
    failures++;
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    console.error(`NOT SOUND: ${cwd}\n${stdout}${stderr}`);
  }
}
process.exitCode = failures === 0 ? 0 : 1;
