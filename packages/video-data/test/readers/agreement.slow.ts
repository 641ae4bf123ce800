import { hasSharedData } from '@masked-distill/testing';
import { describe, expect, it } from 'vitest';
import { clipFrame, createClipReader, probeClipReaders, UnreadableVideo } from '../../src/index.ts';
import { sharedVideos } from '../support/shared-videos.ts';

const reports = await probeClipReaders();
const hasBoth = reports.every(({ available }) => available);

/** Other versions of a decoder round otherwise: a mean of a tenth of a step over a frame is more than that makes. */
const TOLERANCE = 0.1;

/** Where a packet is damaged the ffmpeg program may take another time for its frame than the packet's own. */
const DAMAGED = ['derived_bitflips'];

describe.skipIf(!hasSharedData || !hasBoth)('node-av and ffmpeg (needs both, and ../shared/data)', () => {
  it.each(['video-odd-0000', 'video-native-bench-0000'])(
    'give the same frames of %s',
    async (pack) => {
      const [first, second] = [
        await createClipReader({ reader: 'node-av' }),
        await createClipReader({ reader: 'ffmpeg' }),
      ];
      for (const [key, { video }] of await sharedVideos(pack)) {
        const info = await first.probe(video).catch((error: unknown) => error as UnreadableVideo);
        if (info instanceof UnreadableVideo) {
          await expect(second.probe(video), key).rejects.toThrow(info.message);
          continue;
        }
        expect(await second.probe(video), key).toEqual(info);
        const frames = Array.from({ length: 12 }, (_, i) => Math.floor(((i + 0.5) / 12) * info.frames));
        const [height, width] = [Math.ceil(info.height / 2), Math.ceil(info.width / 2)];
        const crops = [
          { left: 0, top: 0, width: info.width, height: info.height },
          { left: info.width >> 2, top: info.height >> 2, width, height },
        ];
        const request = { frames, crops, size: [height, width], lenient: true } as const;
        const [one, other] = await Promise.all([first.read(video, request), second.read(video, request)]);
        if (!DAMAGED.includes(key)) expect(other.missing, key).toEqual(one.missing);
        const missing = new Set([...(one.missing ?? []), ...(other.missing ?? [])]);
        for (let i = 0; i < one.frames; i++) {
          if (missing.has(i)) continue;
          expect(meanDifference(clipFrame(one, i).data, clipFrame(other, i).data), `${key} ${i}`).toBeLessThan(
            TOLERANCE,
          );
        }
      }
    },
    600_000,
  );
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
