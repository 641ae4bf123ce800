import { describe } from 'vitest';
import { createClipReader, probeClipReaders } from '../../src/index.ts';
import { testSoundVideos } from '../support/video-files.ts';

const ffmpeg = (await probeClipReaders()).find(({ name }) => name === 'ffmpeg')!;

describe.skipIf(!ffmpeg.available)(
  `the ffmpeg reader ${ffmpeg.available ? 'on all videos' : `is skipped: ${ffmpeg.detail}`}`,
  () => testSoundVideos(() => createClipReader({ reader: 'ffmpeg' })),
);
