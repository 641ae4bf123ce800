import { UnreadableVideo } from '../../errors.ts';
import type { ReaderLimits } from '../clip-reader.ts';
import type { Deadline } from '../deadline.ts';
import { withDefaults } from '../reader-limits.ts';
import { createVideoReader, type VideoFileLocation, type VideoReader } from '../video-reader.ts';
import { decodeSegment } from './decode-segment.ts';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { createGate } from './gate.ts';
import { inputArgs, inputBytes, reasonOf } from './input-args.ts';
import { type FfmpegFacts, listPackets } from './list-packets.ts';
import { runProgram } from './run-program.ts';

/** A decoder's threads: a loader has a worker for each core. */
const THREADS = 1;
/** Programs that one reader runs at the same time. */
const PROCESSES = 2;

/**
 * Makes a reader that decodes by the programs `ffmpeg` and `ffprobe`, one process for each run of frames. Frames come through a pipe;
 * nothing is written to disk.
 */
export function createFfmpegReader(programs: FoundFfmpeg, options: ReaderLimits): VideoReader {
  const limits = withDefaults(options);
  const { maxPixels } = limits;
  const gate = createGate(PROCESSES);

  return createVideoReader<FfmpegFacts>(
    {
      name: 'ffmpeg',
      // Starting a process takes about a quarter of a second.
      seekCost: 256,
      list: (video, deadline) => gate(() => listPackets(video, { programs, limits, deadline })),
      async number(video, { facts, deadline }) {
        const frames = await gate(() => countFrames(video, { programs, facts, deadline }));
        return Array.from({ length: frames }, (_, i) => i);
      },
      async decode(video, { segments, ...work }) {
        for (const segment of segments) {
          await gate(() => decodeSegment(video, segment, { programs, maxPixels, threads: THREADS, work }));
        }
      },
    },
    limits,
  );
}

/** Decodes a stream and counts its frames. */
async function countFrames(
  video: VideoFileLocation,
  options: { programs: FoundFfmpeg; facts: FfmpegFacts; deadline: Deadline },
): Promise<number> {
  const { programs, facts, deadline } = options;
  let text = '';
  const what = ['-select_streams', String(facts.index), '-count_frames', '-show_entries', 'stream=nb_read_frames'];
  const { code, messages } = await runProgram(programs.ffprobe, {
    args: ['-v', 'error', ...what, '-of', 'csv=p=0', ...inputArgs(video)],
    deadline,
    ...inputBytes(video),
    onOutput(chunk) {
      text += chunk.toString();
      return true;
    },
  });
  if (code !== 0) throw new UnreadableVideo(reasonOf(messages, video));
  return Number.parseInt(text, 10) || 0;
}
