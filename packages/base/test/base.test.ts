import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@masked-distill/base/files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, InputError, MaskedDistillError } from '../src/index.ts';

describe('errors', () => {
  it('tell input errors from other failures, by mark and not by class identity', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('masked-distill.error')]: true });
    expect(foreign).toBeInstanceOf(MaskedDistillError);
    expect(foreign).not.toBeInstanceOf(InputError);
    expect(new InputError('x')).toBeInstanceOf(MaskedDistillError);
    expect(new TypeError('x')).not.toBeInstanceOf(MaskedDistillError);
  });
});

describe('createRng', () => {
  it('repeats a stream for the same keys and changes it with any key', () => {
    const first = (...keys: (number | string)[]) => createRng(1, ...keys).uniform();
    expect(first('a', 3)).toBe(first('a', 3));
    expect(new Set([first('a', 3), first('a', 4), first('b', 3), first('a'), first('a', '3')]).size).toBe(5);
  });

  it('draws with the moments of its distributions', () => {
    const rng = createRng(7);
    const n = 20_000;
    const uniforms = Array.from({ length: n }, () => rng.uniform());
    const normals = Array.from({ length: n }, () => rng.normal());
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(uniforms)).toBeCloseTo(0.5, 1.9);
    expect(mean(normals)).toBeCloseTo(0, 1.3);
    expect(mean(normals.map((x) => x * x))).toBeCloseTo(1, 1.2);
  });

  it('neighbouring keys give uncorrelated streams', () => {
    const firsts = Array.from({ length: 4000 }, (_, i) => createRng(0, i).uniform() - 0.5);
    const lag = firsts.slice(1).reduce((sum, value, i) => sum + value * firsts[i]!, 0) / firsts.length;
    expect(Math.abs(lag)).toBeLessThan(0.006); // standard error of a product of uniforms: 1/12/sqrt(4000) = 0.0013
  });

  it('permutes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(200), (seed, n) => {
        expect([...createRng(seed).permutation(n)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
  });
});

describe('writeFileAtomic', () => {
  it('replaces a file, and leaves the old one and no debris when the content fails half-way', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'base-'));
    const path = join(folder, 'deep', 'a.txt');
    await writeFileAtomic(path, 'old');
    const failing = async function* () {
      yield new Uint8Array([1, 2, 3]);
      throw new Error('ENOSPC');
    };
    await expect(writeFileAtomic(path, failing())).rejects.toThrow(
      /a\.txt could not be written \(ENOSPC\); nothing was changed/,
    );
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(join(folder, 'deep'))).toEqual(['a.txt']);
  });
});
