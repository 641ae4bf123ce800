import type { Segment } from '../frame-table.ts';
import { type StoredParts, storedParts } from '../stored-parts.ts';
import type { DecodeWork, VideoFileLocation } from '../video-reader.ts';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { inputArgs, inputBytes, reasonOf } from './input-args.ts';
import type { FfmpegFacts } from './list-packets.ts';
import { runProgram } from './run-program.ts';
import { selectExpression } from './select-expression.ts';

/** Frames after the last one wanted that a decoder may give before it is taken to have lost one: more than any codec reorders. */
const MAX_REORDER = 32;

/** What decoding needs besides the work. */
export interface DecodeSegmentOptions {
  /** The programs. */
  readonly programs: FoundFfmpeg;
  /** The most pixels of a frame. */
  readonly maxPixels: number;
  /** Threads of the decoder. */
  readonly threads: number;
}

/**
 * Decodes a run of frames by one ffmpeg process, which hands over raw RGB, and the frames' times among its messages. Frames that it
 * does not give, or any of a run that it found damage in after a seek, are left out.
 */
export async function decodeSegment(
  video: VideoFileLocation,
  segment: Segment,
  options: DecodeSegmentOptions & { readonly work: Omit<DecodeWork<FfmpegFacts>, 'segments'> },
): Promise<void> {
  const { programs, work } = options;
  const { table, facts, assembly, deadline } = work;
  const { frames } = segment;
  // What comes through a pipe can't be sought in.
  const from = video.kind === 'bytes' ? undefined : segment.from;
  const parts = storedParts(assembly, facts);
  const indexOf = new Map(frames.map((frame) => [table.times[frame]!, frame]));
  const last = table.times[frames.at(-1)!]!;
  const size = parts.bytes;
  const came: number[] = [];
  const times: number[] = [];
  const pending: Buffer[] = [];
  let filled = size;
  let [beyond, taken, isDoubtful] = [0, 0, false];

  /** Pairs what is whole of the pictures with the times, each of which may come first. */
  const pair = () => {
    for (; times.length > 0 && (pending.length > 1 || (pending.length === 1 && filled === size)); taken++) {
      const time = times.shift()!;
      const data = pending.shift()!;
      if (time > last) beyond++;
      const index = indexOf.get(time);
      if (index === undefined) continue;
      indexOf.delete(time);
      came.push(index);
      parts.place(index, data);
    }
  };

  const { code, wasStopped, messages } = await runProgram(programs.ffmpeg, {
    args: [
      ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', '-copyts', '-noautorotate'],
      ...['-threads', String(options.threads), '-flags', '-output_corrupt'],
      ...(from === undefined ? [] : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', secondsOf(from, facts)]),
      ...['-max_pixels', String(options.maxPixels), ...inputArgs(video)],
      ...['-map', `0:${facts.index}`, '-filter_threads', '1', '-vf', filters(parts, { ...work, frames })],
      ...[programs.frameRateOption, 'passthrough', '-frames:v', String(frames.length + MAX_REORDER)],
      ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
    ],
    deadline,
    ...inputBytes(video),
    onOutput(chunk) {
      for (let at = 0; at < chunk.length; ) {
        if (filled === size) {
          pending.push(Buffer.allocUnsafe(size));
          filled = 0;
        }
        const part = chunk.subarray(at, at + size - filled);
        pending.at(-1)!.set(part, filled);
        filled += part.length;
        at += part.length;
      }
      pair();
      return indexOf.size > 0 && beyond < MAX_REORDER;
    },
    onMessage(line) {
      if (line.includes('corrupt decoded frame')) isDoubtful = true;
      const time = /^\[Parsed_showinfo[^\]]*\] n: *(\d+) pts: *(-?\d+|NOPTS)/.exec(line);
      if (time === null) return;
      // Without times, frames come in their order from the first wanted on.
      times.push(table.isTimed ? Number(time[2]) : table.times[frames[Number(time[1])] ?? table.times.length]!);
      pair();
    },
  });
  if (isDoubtful && from !== undefined) for (const index of came) assembly.withdraw(index);
  if (code !== 0 && !wasStopped && taken === 0) {
    for (const index of frames) assembly.lose(index, reasonOf(messages, video));
  }
}

function filters(
  parts: StoredParts,
  { table, facts, frames }: Pick<DecodeWork<FfmpegFacts>, 'table' | 'facts'> & { readonly frames: readonly number[] },
): string {
  const select = selectExpression(table.isTimed ? 'pts' : 'n', { frames, times: table.times });
  return [`settb=${facts.timeBase}`, `select='${select}'`, parts.filters, 'showinfo=checksum=0'].join(',');
}

/** Seconds to microseconds, rounded up, so that the key frame at that time is not just missed. */
function secondsOf(time: number, { secondsPerTick }: FfmpegFacts): string {
  return (Math.ceil(time * secondsPerTick * 1e6 - 1e-3) / 1e6).toFixed(6);
}
