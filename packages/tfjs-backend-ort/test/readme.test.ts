import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as exported from '../src/index.ts';
import { kernels } from '../src/kernels/index.ts';
import { notImplemented } from '../src/kernels/not-implemented.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const section = (title: string) => readme.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!;
const namesIn = (text: string, pattern = /`(\w+)`/g) => [...text.matchAll(pattern)].map(([, name]) => name!).sort();
const namesOf = (configs: readonly KernelConfig[]) => configs.map(({ kernelName }) => kernelName).sort();
const rows = section('Kernels')
  .match(/^\| [^|]+ \| `.*$/gm)!
  .join('\n');

/** Whatever the modules of a folder export that is a kernel. */
async function kernelsIn(folder: string): Promise<KernelConfig[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(files.map((file) => import(join(folder, file)) as Promise<object>));
  const values = modules.flatMap((module) => Object.values(module)).flat();
  return values.filter((value) => typeof value === 'object' && value !== null && 'kernelFunc' in value);
}

describe("the README's table of kernels", () => {
  test('names those that are registered, each once', () => {
    expect(namesIn(rows)).toEqual(namesOf(kernels));
  });

  test('marks those that are computed on the host', async () => {
    const host = await kernelsIn(join(import.meta.dirname, '../src/kernels/host'));
    expect(namesIn(rows, /`(\w+)`†/g)).toEqual(namesOf(host));
  });

  test('says which are not implemented', () => {
    expect(namesIn(section('Kernels').match(/^Not implemented: .*$/m)![0])).toEqual(namesOf(notImplemented));
  });
});

test('what its examples import is exported, and what is exported is listed', () => {
  const imported = [...readme.matchAll(/import \{ (.+) \} from '@masked-distill\/tfjs-backend-ort'/g)].flatMap(
    ([, names]) => names!.split(', '),
  );
  expect(imported).not.toEqual([]);
  expect(Object.keys(exported)).toEqual(expect.arrayContaining(imported));
  expect(namesIn(section('Exports'))).toEqual(expect.arrayContaining(Object.keys(exported)));
});
