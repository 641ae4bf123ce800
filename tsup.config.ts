import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { GRADIENT_MODULES, gradientModule } from './.ci/tfjs-gradients.ts';

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
  noExternal: [/^@tensorflow\/tfjs-core\/dist\//],
  esbuildPlugins: [
    {
      name: 'tfjs-gradients',
      setup: (build) => build.onLoad({ filter: GRADIENT_MODULES }, ({ path }) => ({ contents: gradientModule(path) })),
    },
  ],
  dts: { compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] } },
});
