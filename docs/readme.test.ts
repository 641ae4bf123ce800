import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { format } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { outputPattern, readExamples, trimLines } from './readme-examples.ts';

const root = resolve(import.meta.dirname, '..');
const readmes = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
].filter((path) => existsSync(join(root, path)));

/** Runs a module that stands beside the README, in an empty working folder, and gives what it printed. */
async function run(code: string, readme: string): Promise<string> {
  const module = join(dirname(readme), `.example-${process.pid}-${Date.now()}.ts`);
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void lines.push(format(...values)));
  writeFileSync(module, code);
  try {
    await import(module);
  } finally {
    log.mockRestore();
    rmSync(module);
  }
  return trimLines(lines.join('\n'));
}

describe.each(readmes)('%s', (path) => {
  const home = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'readme-'));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  const examples = readExamples(readFileSync(join(root, path), 'utf8'));
  it.runIf(path.startsWith('packages/') && !path.includes('/cli/'))('shows an example and what it prints', () => {
    expect(examples).not.toEqual([]);
  });
  it.each(examples)('prints at line $line what it says', async ({ code, output }) => {
    const printed = await run(code, join(root, path));
    if (!outputPattern(output).test(printed)) expect(printed).toBe(trimLines(output));
  });
});

describe('the reader of examples', () => {
  it('pairs a ts fence with the text fence after it, and leaves others alone', () => {
    const markdown =
      '# A\n```ts\nlet a = 1;\n```\nprints\n```text\n1\n```\n```ts\nb\n```\n```sh\nc\n```\n```text\nd\n```\n';
    expect(readExamples(markdown)).toEqual([{ line: 3, code: 'let a = 1;\n', output: '1\n' }]);
  });

  it('takes … for any text and everything else literally', () => {
    expect(outputPattern('loss 0.… (a+b)\n')).toSatisfy((p: RegExp) => p.test('loss 0.123 (a+b)'));
    expect(outputPattern('loss 0.… (a+b)\n')).not.toSatisfy((p: RegExp) => p.test('loss 0x123 (a+b)'));
    expect(outputPattern('loss 0.…')).not.toSatisfy((p: RegExp) => p.test('the loss 0.1'));
  });
});
