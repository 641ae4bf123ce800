import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';

const bin = new URL('../bin/masked-distill.js', import.meta.url);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-bin-'));
  await mkdir(join(folder, 'bin'));
  await copyFile(bin, join(folder, 'bin', 'masked-distill.js'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});

const start = () => promisify(execFile)(process.execPath, [join(folder, 'bin', 'masked-distill.js')]);

it('says how to build when there is no build', async () => {
  await expect(start()).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'masked-distill: not built yet; build first with `npm run build`\n',
  });
});

it('hands over to the build', async () => {
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist', 'main.js'), "process.stdout.write('main runs')");
  expect(await start()).toEqual({ stdout: 'main runs', stderr: '' });
});
