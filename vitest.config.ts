import { defineConfig } from 'vitest/config';
import { GRADIENT_MODULES, gradientModule } from './.ci/tfjs-gradients.ts';

const conditions = ['@masked-distill/source'];

/** `vitest run` runs what takes seconds, `vitest run --mode all` the slow tests as well. */
export default defineConfig(({ mode }) => ({
  plugins: [
    { name: 'tfjs-gradients', enforce: 'pre', load: (id) => (GRADIENT_MODULES.test(id) ? gradientModule(id) : null) },
  ],
  resolve: { conditions },
  // `main` is what Node itself takes, so that a test and the packages it calls hold one copy of tfjs-core.
  ssr: { resolve: { conditions, mainFields: ['main'] } },
  test: {
    include: ['packages/*/test/**', 'docs', '.ci'].map(
      (folder) => `${folder}/*.${mode === 'all' ? '{test,slow}' : 'test'}.ts`,
    ),
    setupFiles: ['vitest.setup.ts'],
    testTimeout: 60_000,
    server: { deps: { inline: [GRADIENT_MODULES, /@masked-distill/] } },
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      exclude: ['packages/testing/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
      // What is aimed at. It colours the report and fails nothing.
      watermarks: { statements: [80, 95], lines: [80, 95], functions: [80, 95], branches: [75, 90] },
    },
  },
}));
