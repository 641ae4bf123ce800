import { hasSharedData } from '@masked-distill/testing';
import { describe, expect, it } from 'vitest';
import { type Clip, type ClipReader, createClipReader, probeClipReaders, UnreadableVideo } from '../../src/index.ts';
import { type SharedVideo, sharedVideos } from '../support/shared-videos.ts';

/** Their frames are those of the stream that ffmpeg and torchcodec take, the larger one; the facts are of the first. */
const OTHER_STREAM = { torchcodec_nasa_13013: { frames: 390, width: 480, height: 270 } };

/** Frames that the file lists, and whose packets hold no picture. */
const LOST = { decord_corrupted: 1, derived_bitflips: 3, derived_trunc_faststart: 1 };

const nodeAv = (await probeClipReaders()).find(({ name }) => name === 'node-av')!;

/** Every frame of a video, small, those that can't be decoded replaced. */
async function readAll(reader: ClipReader, { video }: SharedVideo): Promise<Clip> {
  const { frames } = await reader.probe(video);
  return reader.read(video, { frames: Array.from({ length: frames }, (_, i) => i), size: [32, 32], lenient: true });
}

describe.skipIf(!hasSharedData || !nodeAv.available)('real videos by node-av (needs it, and ../shared/data)', () => {
  it('odd ones: as many frames as ffmpeg decodes, upright, or refused with the reason', async () => {
    const reader = await createClipReader({ reader: 'node-av' });
    const videos = await sharedVideos('video-odd-0000');
    expect(videos.size).toBe(34);
    const refused: Record<string, string> = {};
    const lost: Record<string, number> = {};
    for (const [key, odd] of videos) {
      const { facts } = odd;
      const info = await reader.probe(odd.video).catch((error: unknown) => error);
      if (info instanceof UnreadableVideo) {
        refused[key] = info.reason;
        expect(facts.probe_ok, key).toBe(false);
        continue;
      }
      const rotation = (360 - (facts.side_data_list?.[0].rotation ?? 0)) % 360;
      const [width, height] = rotation % 180 === 0 ? [facts.width, facts.height] : [facts.height, facts.width];
      const { codec_name: codec, decoded_frames } = facts;
      const clip = await readAll(reader, odd);
      const missing = clip.missing?.length ?? 0;
      if (missing > 0) lost[key] = missing;
      const expected = { codec, rotation, width, height, frames: decoded_frames + missing };
      expect(info, key).toMatchObject({ ...expected, ...OTHER_STREAM[key as keyof typeof OTHER_STREAM] });
    }
    expect(lost).toEqual(LOST);
    expect(refused).toEqual({
      derived_audio_only: 'there is no video stream in it',
      derived_empty: 'the file is empty',
      derived_text: 'Invalid data found when processing input',
    });
  });

  it('untouched clips: as many frames as ffmpeg decodes', async () => {
    const reader = await createClipReader({ reader: 'node-av' });
    const videos = await sharedVideos('video-native-bench-0000');
    expect(videos.size).toBe(20);
    for (const [key, native] of videos) {
      const { decoded_frames: frames, width, height } = native.facts;
      expect(await reader.probe(native.video), key).toMatchObject({ frames, width, height });
      const last = await reader.read(native.video, { frames: [frames - 1, 0], size: [32, 32] });
      expect(last.frames).toBe(2);
    }
  });
});
