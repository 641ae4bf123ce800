import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createClipLoader, openClipFolder, probeClipReaders } from '../../src/index.ts';

const canDecode = (await probeClipReaders()).some(({ available }) => available);

// What decodes is native code: an answer that came to a thread no longer there would end the whole process.
it.skipIf(!canDecode)(
  'leaving a loader in the middle waits for what its workers are decoding (needs a reader)',
  { timeout: 120_000 },
  async () => {
    const source = await openClipFolder(fileURLToPath(new URL('../fixtures', import.meta.url)));
    let batches = 0;
    for (let round = 0; round < 5; round++) {
      const loader = createClipLoader(source, {
        batchSize: 2,
        size: 32,
        workers: 2,
        prefetch: 4,
        seed: round,
        maxUnreadableShare: 1,
        sampling: { kind: 'uniform', frames: 4 },
      });
      for await (const { shape } of loader.batches()) {
        expect(shape).toEqual([2, 4, 32, 32, 3]);
        batches++;
        break;
      }
    }
    expect(batches).toBe(5);
  },
);
