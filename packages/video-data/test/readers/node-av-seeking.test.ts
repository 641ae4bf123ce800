import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClipReader, probeClipReaders } from '../../src/index.ts';
import { loadNodeAv } from '../../src/readers/node-av/load-node-av.ts';
import { fixture } from '../support/fixtures.ts';

const { available } = (await probeClipReaders()).find(({ name }) => name === 'node-av')!;

afterEach(() => {
  vi.restoreAllMocks();
});

describe.skipIf(!available)('reading by node-av (needs it)', () => {
  /** How many packets are sent to the decoder for a reading. */
  async function packetsFor(file: string, frames: readonly number[]): Promise<number> {
    const { lib } = await loadNodeAv();
    const reader = await createClipReader({ reader: 'node-av' });
    await reader.probe(fixture(file));
    const send = vi.spyOn(lib.CodecContext.prototype, 'sendPacketSync');
    await reader.read(fixture(file), { frames });
    const count = send.mock.calls.filter(([packet]) => packet !== null).length;
    send.mockRestore();
    await reader.close();
    return count;
  }

  // Groups of 12, and a decoder that gives a frame once it has seen the few packets that might come before it.
  it.each([
    ['a frame near the start', [2], 12],
    ['a frame near the end', [110], 12],
    ['frames of one group', [61, 65, 69], 24],
    ['frames far apart', [5, 50, 100], 36],
  ] as const)('decodes the groups that hold what is asked for: %s', async (_, frames, most) => {
    expect(await packetsFor('short-gop.mp4', frames)).toBeLessThanOrEqual(most);
  });

  it('decodes from the start where there is one group, and stops behind the last frame', async () => {
    const packets = await packetsFor('long-gop.mp4', [30]);
    expect(packets).toBeGreaterThan(30);
    expect(packets).toBeLessThan(40);
  });

  it('decodes once whatever is repeated', async () => {
    expect(await packetsFor('short-gop.mp4', [110, 110, 110, 109])).toBeLessThanOrEqual(12);
  });
});
