import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { GRADIENT_MODULES, gradientModule } from './.ci/tfjs-gradients.ts';

const SOURCE = '@masked-distill/source';
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: Record<string, { [SOURCE]?: string }> };

const exported = Object.values(manifest.exports).flatMap((target) => target[SOURCE] ?? []);

/** One build for every package: each source named in its `exports` as ES module and declarations, and a command's `main.ts`. */
export default defineConfig({
  entry: existsSync('src/main.ts') ? [...exported, 'src/main.ts'] : exported,
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
  dts: { entry: exported, compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] } },
});
