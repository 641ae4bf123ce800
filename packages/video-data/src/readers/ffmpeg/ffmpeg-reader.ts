import { UnreadableVideo } from '../../errors.ts';
import type { ReaderLimits } from '../clip-reader.ts';
import type { Deadline } from '../deadline.ts';
import { withDefaults } from '../reader-limits.ts';
import { createVideoReader, type VideoFileLocation, type VideoReader } from '../video-reader.ts';
import { decodeSegment } from './decode-segment.ts';
import { type FfmpegPrograms, type FoundFfmpeg, findFfmpeg } from './find-ffmpeg.ts';
import { createGate } from './gate.ts';
import { inputArgs, inputBytes, reasonOf } from './input-args.ts';
import { type FfmpegFacts, listPackets } from './list-packets.ts';
import { runProgram } from './run-program.ts';

/** Options of {@link createFfmpegReader}. */
export interface FfmpegReaderOptions extends ReaderLimits, FfmpegPrograms {
  /** Threads of one decoder; default 1, since a loader has a worker for each core. */
  readonly threads?: number;
  /** Programs that run at the same time; default 2. */
  readonly processes?: number;
}

/**
 * Makes a reader that decodes by the programs `ffmpeg` and `ffprobe`, one process for each run of frames. Frames come through a pipe;
 * nothing is written to disk.
 *
 * @throws ReaderNotFound when the programs are not there or do not start
 */
export async function createFfmpegReader(options: FfmpegReaderOptions = {}): Promise<VideoReader> {
  const { threads = 1, processes = 2 } = options;
  const limits = withDefaults(options);
  const { maxPixels } = limits;
  const programs = await findFfmpeg(options);
  const gate = createGate(processes);

  return createVideoReader<FfmpegFacts>(
    {
      name: 'ffmpeg',
      // Starting a process takes as long as decoding some hundred small frames.
      seekCost: 128,
      list: (video, deadline) => gate(() => listPackets(video, { programs, limits, deadline })),
      async number(video, { facts, deadline }) {
        const frames = await gate(() => countFrames(video, { programs, maxPixels, facts, deadline }));
        return Array.from({ length: frames }, (_, i) => i);
      },
      async decode(video, { segments, ...work }) {
        for (const segment of segments) {
          await gate(() => decodeSegment(video, segment, { programs, maxPixels, threads, work }));
        }
      },
    },
    limits,
  );
}

/** Decodes a stream and counts its frames. */
async function countFrames(
  video: VideoFileLocation,
  options: { programs: FoundFfmpeg; maxPixels: number; facts: FfmpegFacts; deadline: Deadline },
): Promise<number> {
  const { programs, maxPixels, facts, deadline } = options;
  let text = '';
  const what = ['-select_streams', String(facts.index), '-count_frames', '-show_entries', 'stream=nb_read_frames'];
  const { code, messages } = await runProgram(programs.ffprobe, {
    args: ['-v', 'error', ...what, '-of', 'csv=p=0', ...inputArgs(video, maxPixels)],
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
