import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { configReferences, runCli, verbs } from '@masked-distill/cli';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** What the command line prints. */
async function run(...words: string[]): Promise<string> {
  let printed = '';
  const output = {
    write(text: string) {
      printed += text;
    },
  };
  const interrupts = { listen: () => new AbortController().signal, stopped: false, close() {} };
  const environment = { stdout: output, stderr: output, now: () => 0, interrupts };
  await runCli(words, { environment, verbs });
  return printed;
}

/** The lines of a configuration that say something. */
function withoutComments(yaml: string): string[] {
  return yaml
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trimEnd())
    .filter(Boolean);
}

// `npx vitest run docs -u` writes the pages anew.
it.each([...configReferences()])('docs/%s-reference.md says what the program goes by', async (verb, reference) => {
  const page =
    `# Keys and presets of ${verb}\n\n` +
    'Made from the program by `npx vitest run docs -u`. [pretrain.md](pretrain.md) says how keys, flags and presets come together.\n\n';
  await expect(page + reference).toMatchFileSnapshot(`${verb}-reference.md`);
});

const configs = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('config.yaml'),
);
it.each(configs)('examples/%s is complete and in order', async (path) => {
  const config = join(root, 'examples', path);
  const text = readFileSync(config, 'utf8');
  const verb = new RegExp(`masked-distill (\\w+) --config examples/${path} `).exec(text)![1]!;
  const printed = await run(verb, '--config', config, '--print-config');
  expect(withoutComments(text)).toEqual(withoutComments(printed));
});
