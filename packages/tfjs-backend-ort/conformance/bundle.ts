import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { BackendName } from './protocol.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const CACHE = join(HERE, '..', '..', '..', 'node_modules', '.cache', 'tfjs-conformance');

/**
 * One file that plain Node runs: tfjs-core, its suite, and the backend under test. The published suite has imports without file
 * extensions, which Node can't load, and it reaches into tfjs-core's modules; bundled from the same folder, suite and backend share the
 * one copy of tfjs-core that there must be.
 *
 * @param backend the backend under test
 * @returns the path of the bundle
 */
export async function bundleSuite(backend: BackendName): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import './backends/${backend}.ts';\nimport './suite.ts';\n`,
      resolveDir: HERE,
      sourcefile: 'entry.ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    conditions: ['@masked-distill/source'],
    // Jasmine drops the lines of its own file from stacks, which in a bundle would be all of them.
    external: ['koffi', 'onnxruntime-node', 'jasmine-core'],
    banner: { js: BANNER },
    plugins: [ownUrls],
    // tfjs-core's package.json declares its test files free of side effects, which would drop them all.
    ignoreAnnotations: true,
    logLevel: 'error',
  });
  const { contents } = outputFiles[0]!;
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 16);
  const path = join(CACHE, `${backend}-${hash}.mjs`);
  mkdirSync(CACHE, { recursive: true });
  for (const name of readdirSync(CACHE)) if (isOld(join(CACHE, name))) rmSync(join(CACHE, name), { force: true });
  writeFileSync(path, contents);
  return path;
}

/** A day after it was last asked for, a bundle goes; before that, another process may be running it. */
function isOld(path: string): boolean {
  return Date.now() - statSync(path).mtimeMs > 24 * 3600 * 1000;
}

/** What CommonJS code in the bundle expects. Set on the global object: a name declared here could collide with one in the bundle. */
const BANNER = `import { createRequire as conformanceCreateRequire } from 'node:module';
globalThis.require = conformanceCreateRequire(import.meta.url);
globalThis.__dirname = '.';`;

/** Keeps `import.meta.url` what it is in the source, so that files are found beside the module that asks for them. */
const ownUrls: Plugin = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /tfjs-backend-ort[\\/](src|conformance)[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};
