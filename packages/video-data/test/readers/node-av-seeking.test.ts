import { afterEach, describe, expect, it, vi } from 'vitest';
import { clipFrame, createClipReader, probeClipReaders } from '../../src/index.ts';
import { loadNodeAv } from '../../src/readers/node-av/load-node-av.ts';
import { fixture } from '../support/fixtures.ts';

const { available } = (await probeClipReaders()).find(({ name }) => name === 'node-av')!;

afterEach(() => {
  vi.restoreAllMocks();
});

describe.skipIf(!available)('reading by node-av (needs it)', () => {
  /** How many packets are sent to the decoder for a reading, and how many frames it gives. */
  async function workFor(file: string, frames: readonly number[]): Promise<{ packets: number; decoded: number }> {
    const { lib } = await loadNodeAv();
    const reader = await createClipReader({ reader: 'node-av' });
    await reader.probe(fixture(file));
    const send = vi.spyOn(lib.CodecContext.prototype, 'sendPacketSync');
    const receive = vi.spyOn(lib.CodecContext.prototype, 'receiveFrameSync');
    await reader.read(fixture(file), { frames });
    const packets = send.mock.calls.filter(([packet]) => packet !== null).length;
    const decoded = receive.mock.results.filter(({ value }) => value >= 0).length;
    vi.restoreAllMocks();
    await reader.close();
    return { packets, decoded };
  }

  // Groups of 12, and a decoder that gives a frame once it has seen the few packets that might come before it.
  it.each([
    ['a frame near the start', [2], 12],
    ['a frame near the end', [110], 12],
    ['frames of one group', [61, 65, 69], 24],
    ['frames far apart', [5, 50, 100], 36],
  ] as const)('decodes the groups that hold what is asked for: %s', async (_, frames, most) => {
    expect((await workFor('short-gop.mp4', frames)).packets).toBeLessThanOrEqual(most);
  });

  it('decodes from the start where there is one group, and stops behind the last frame', async () => {
    const { packets } = await workFor('long-gop.mp4', [30]);
    expect(packets).toBeGreaterThan(30);
    expect(packets).toBeLessThan(40);
  });

  it('decodes once whatever is repeated', async () => {
    expect((await workFor('short-gop.mp4', [110, 110, 110, 109])).packets).toBeLessThanOrEqual(12);
  });

  it('leaves out frames that nothing refers to, unless they are wanted', async () => {
    // Of the three B-frames between two others, the middle one is what the other two refer to.
    const { packets, decoded } = await workFor('long-gop.mp4', [32, 56]);
    expect(packets).toBeGreaterThan(56);
    expect(decoded).toBeLessThan(0.6 * packets);
    const all = Array.from({ length: 60 }, (_, i) => i);
    expect((await workFor('long-gop.mp4', all)).decoded).toBe(60);
  });

  it.each(['long-gop.mp4', 'open-gop.mkv', 'variable-rate.mp4', 'damaged.mp4'])(
    'gives of %s the same pixels whatever it leaves out',
    async (file) => {
      const reader = await createClipReader({ reader: 'node-av' });
      const { frames } = await reader.probe(fixture(file));
      const all = Array.from({ length: frames }, (_, i) => i);
      const whole = await reader.read(fixture(file), { frames: all, lenient: true });
      for (const offset of [0, 1, 2, 3]) {
        const wanted = all.filter((i) => i % 4 === offset && !whole.missing?.includes(i));
        const clip = await reader.read(fixture(file), { frames: wanted });
        for (const [position, frame] of wanted.entries()) {
          expect(Buffer.compare(clipFrame(clip, position).data, clipFrame(whole, frame).data), `frame ${frame}`).toBe(
            0,
          );
        }
      }
      await reader.close();
    },
  );
});
