import { readdirSync, readFileSync } from 'node:fs';
import { createRng } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { createClipReader, probeClipReaders, UnreadableVideo } from '../../src/index.ts';
import { fixturePath } from '../support/fixtures.ts';

const { available } = (await probeClipReaders()).find(({ name }) => name === 'node-av')!;

describe.skipIf(!available)('videos that someone tampered with, by node-av (needs it)', () => {
  it('are read or refused with a reason, in time, and end nothing', async () => {
    const files = readdirSync(fixturePath('.')).filter((name) => !name.endsWith('.mjs'));
    const reader = await createClipReader({ reader: 'node-av', timeLimit: 30 });
    const outcomes = { read: 0, refused: 0 };
    for (let seed = 0; seed < 400; seed++) {
      const rng = createRng(seed, 'tamper');
      const file = readFileSync(fixturePath(files[rng.integer(files.length)]!));
      // Headers stand at the beginning, mostly.
      const reach = rng.integer(2) === 0 ? file.length : Math.min(file.length, 1500);
      for (let changes = rng.integer(100); changes >= 0; changes--) file[rng.integer(reach)] = rng.integer(256);
      const bytes = rng.integer(4) === 0 ? file.subarray(0, rng.integer(file.length)) : file;
      try {
        const { frames } = await reader.probe({ kind: 'bytes', bytes });
        const wanted = Array.from({ length: 8 }, () => rng.integer(frames));
        const clip = await reader.read({ kind: 'bytes', bytes }, { frames: wanted, size: [32, 32], lenient: true });
        expect(clip.data.length).toBe(8 * 32 * 32 * 3);
        outcomes.read++;
      } catch (error) {
        if (!(error instanceof UnreadableVideo)) throw error;
        expect(error.message).toMatch(/^readVideo: [^\n]+$/);
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(50);
    expect(outcomes.refused).toBeGreaterThan(50);
  }, 300_000);
});
