import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const manifest = (folder: string) => JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
const published = readdirSync(join(root, 'packages')).filter((folder) => !manifest(folder).private);

/** What a user's program prints, run by plain Node on the builds. */
function node(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

describe('the builds, in plain Node', () => {
  it.each(published)('%s loads, exports something and prints nothing', (folder) => {
    const code = `console.log(Object.keys(await import('${manifest(folder).name}')).length > 0)`;
    expect(node(code)).toBe('true\n');
  });

  it('register gradients with the one engine of tfjs, and bring no second one', () => {
    const printed = node(`
      import '@masked-distill/tensor-core';
      import * as tf from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-cpu';
      import { createRequire } from 'node:module';
      const required = createRequire(import.meta.resolve('@masked-distill/tensor-core'))('@tensorflow/tfjs-core');
      console.warn = () => {};
      await tf.setBackend('cpu');
      const slope = tf.grad((x) => tf.sum(tf.mul(x, tf.square(x))))(tf.tensor1d([1, 2])); // 3x²
      console.log([...slope.dataSync()].map(Math.round).join(), required.engine() === tf.engine());
    `);
    expect(printed).toBe('3,12 true\n');

    const dist = join(root, 'packages/tensor-core/dist');
    const code = readdirSync(dist)
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(join(dist, file), 'utf8'));
    expect(code.join('\n')).toMatch(/registerGradient\(/);
    expect(code.join('\n')).not.toMatch(/class Engine|_tfengine/);
  });
});
