import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

const SOURCE = '@masked-distill/source';
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, { [SOURCE]?: string }> };

/** One build for every package: each source named in its `exports`, as ES module and declarations. */
export default defineConfig({
  entry: Object.values(manifest.exports).flatMap((target) => target[SOURCE] ?? []),
  format: 'esm',
  target: 'node20',
  clean: true,
  sourcemap: true,
  splitting: true,
  skipNodeModulesBundle: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] } },
});
