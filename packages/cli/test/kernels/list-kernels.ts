// Writes tfjs-node.json anew: the kernels that @tensorflow/tfjs-node registers, read from its published JavaScript, which is unpacked and
// not installed: an installation would bring 150 MB and a script that downloads TensorFlow.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

const VERSION = '4.22.0';
/** Both packages publish the same JavaScript. */
const PACKAGES = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];

const [kernels, ofGpu] = PACKAGES.map((name) => listKernels(`${name}@${VERSION}`));
if (`${kernels}` !== `${ofGpu}`) throw new Error(`list-kernels: ${PACKAGES.join(' and ')} register different kernels`);
const content = { packages: PACKAGES, version: VERSION, kernels };
writeFileSync(new URL('tfjs-node.json', import.meta.url), `${JSON.stringify(content, null, 2)}\n`);

function listKernels(release: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  try {
    const file = execFileSync('npm', ['pack', release, '--silent'], { cwd: folder, encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', file], { cwd: folder });
    const dist = join(folder, 'package', 'dist');
    const registered = readFileSync(join(dist, 'register_all_kernels.js'), 'utf8');
    const names = [...registered.matchAll(/^\s+(\w+)_1\.\w+Config,?$/gm)].flatMap(([, module]) => {
      const source = readFileSync(join(dist, 'kernels', `${module}.js`), 'utf8');
      const found = [...source.matchAll(/kernelName: (?:\w+\.(\w+)|'(\w+)')/g)];
      if (found.length === 0) throw new Error(`list-kernels: ${module}.js names no kernel`);
      return found.map(([, constant, name]) => name ?? kernelName(constant!));
    });
    return names.sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Most sources name a kernel by a constant of tfjs-core. */
function kernelName(constant: string): string {
  const name = (tf as unknown as Record<string, unknown>)[constant];
  if (typeof name !== 'string') throw new Error(`list-kernels: tfjs-core has no kernel name ${constant}`);
  return name;
}
