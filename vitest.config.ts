import { defineConfig } from 'vitest/config';

const source = '@masked-distill/source';

export default defineConfig({
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source] } },
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    testTimeout: 60_000,
    // tfjs-core publishes its gradients as ES modules without file extensions, which Node itself can't resolve.
    server: { deps: { inline: [/tfjs-core\/dist/, /@masked-distill/] } },
    onConsoleLog: (log) => {
      throw new Error(`console output in a test: ${log}`);
    },
  },
});
