import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameTableOf, segmentsOf, untimedTable, type VideoPacket } from '../../src/readers/frame-table.ts';

/** Packets from a drawing: `I5` is a key frame shown at 5, `B3` another; `-` before it hides it. */
const packetsOf = (text: string): VideoPacket[] =>
  text.split(' ').map((word) => {
    const [, hidden, kind, time] = /^(-?)([IPB])(\d+)$/.exec(word)!;
    return { time: Number(time), isKey: kind === 'I', isShown: hidden === '' };
  });
const table = (text: string) => frameTableOf(packetsOf(text));

describe('the table of frames', () => {
  it('puts B-frames where they are shown', () => {
    const { times, positions } = table('I0 P3 B1 B2 P6 B4 B5');
    expect([...times]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...positions]).toEqual([0, 2, 3, 1, 5, 6, 4]);
  });

  it('enters at the key frame before, and at the one before that for what an open group shows ahead of its key frame', () => {
    const { times, entries, entryTimes } = table('I0 P3 B1 B2 I6 B4 B5 P9 B7 B8');
    expect([...times]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...entries]).toEqual([0, 0, 0, 0, 0, 0, 4, 4, 4, 4]);
    expect([...entryTimes].slice(5)).toEqual([Number.NaN, 6, 6, 6, 6]);
  });

  it('leaves out what is decoded and not shown, and the second field of a picture', () => {
    expect([...table('-I0 -P1 P2 P3').times]).toEqual([2, 3]);
    expect([...table('I0 P0 P2 P2').times]).toEqual([0, 2]);
    expect(() => table('-I0 -P1')).toThrow('readVideo: the video stream has no frames');
  });

  it('of a video without times is what the decoder gave', () => {
    const { times, isTimed, entries } = untimedTable([0, 2, 1]);
    expect([isTimed, ...times, ...entries]).toEqual([false, 0, 2, 1, 0, 0, 0]);
    expect(() => untimedTable([])).toThrow('readVideo: no frame of the video stream can be decoded');
  });

  it('enters no frame behind its packet, nor at a key frame that is shown after it', () => {
    const packet = fc.record({ time: fc.integer({ min: 0, max: 60 }), isKey: fc.boolean(), isShown: fc.boolean() });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1 }), (packets) => {
        fc.pre(packets.some(({ isShown }) => isShown));
        const { times, positions, entries } = frameTableOf(packets);
        const start = packets.findIndex(({ isKey }) => isKey);
        for (const [frame, time] of times.entries()) {
          if (frame > 0) expect(time).toBeGreaterThan(times[frame - 1]!);
          expect(packets[positions[frame]!]).toMatchObject({ time, isShown: true });
          const entry = entries[frame]!;
          expect(entry).toBeLessThanOrEqual(positions[frame]!);
          if (entry > 0) expect(packets[entry]!.isKey && packets[entry]!.time! <= time).toBe(true);
          // No later key frame would do, but for the first of all, which is the start of the file.
          const later = packets.slice(entry + 1, positions[frame]! + 1);
          const fits = later.filter((packet) => packet.isKey && packet !== packets[start] && packet.time <= time);
          expect(fits).toEqual([]);
        }
      }),
    );
  });
});

describe('runs of frames', () => {
  const groups = table(Array.from({ length: 60 }, (_, i) => `${i % 10 === 0 ? 'I' : 'P'}${i}`).join(' '));

  it('begin at the key frame before the first, and anew where seeking leaves enough out', () => {
    expect(segmentsOf(groups, [3, 5], 8)).toEqual([{ frames: [3, 5] }]);
    expect(segmentsOf(groups, [33, 39], 8)).toEqual([{ from: 30, frames: [33, 39] }]);
    // From 33 to 40 there are six packets to decode, from 33 to 50 sixteen.
    expect(segmentsOf(groups, [33, 41], 8)).toEqual([{ from: 30, frames: [33, 41] }]);
    expect(segmentsOf(groups, [33, 51], 8)).toEqual([
      { from: 30, frames: [33] },
      { from: 50, frames: [51] },
    ]);
  });
});
