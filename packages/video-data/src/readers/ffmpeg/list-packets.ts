import { UnreadableVideo } from '../../errors.ts';
import { chooseStream } from '../choose-stream.ts';
import type { Deadline } from '../deadline.ts';
import type { VideoPacket } from '../frame-table.ts';
import { orientationOf } from '../orientation.ts';
import type { Limits } from '../reader-limits.ts';
import type { StreamFacts } from '../video-facts.ts';
import type { VideoFileLocation } from '../video-reader.ts';
import type { FoundFfmpeg } from './find-ffmpeg.ts';
import { inputArgs, inputBytes, reasonOf } from './input-args.ts';
import { runProgram } from './run-program.ts';

/** What is known of a stream to the programs. */
export interface FfmpegFacts extends StreamFacts {
  /** Its position in the file. */
  readonly index: number;
  /** The unit of its times, in seconds, as a fraction. */
  readonly timeBase: string;
}

/** What ffprobe tells of a stream. */
interface ProbedStream {
  readonly index: number;
  readonly codec_name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly r_frame_rate: string;
  readonly avg_frame_rate: string;
  readonly time_base: string;
  readonly disposition: { readonly default: number; readonly attached_pic: number; readonly timed_thumbnails: number };
  readonly side_data_list?: readonly { readonly displaymatrix?: string }[];
}

/** What ffprobe tells of a packet. */
interface ProbedPacket {
  readonly stream_index: number;
  readonly pts?: number;
  readonly flags: string;
}

const ENTRIES = [
  'packet=stream_index,pts,flags',
  'stream=index,codec_name,width,height,r_frame_rate,avg_frame_rate,time_base',
  'stream_disposition=default,attached_pic,timed_thumbnails',
  'stream_side_data',
].join(':');
/** What a packet takes in ffprobe's output, at most. */
const PACKET_TEXT = 128;
/** What all else takes, at most. */
const OTHER_TEXT = 2 ** 20;
/** Bit of a VP8 frame's first byte that says whether the frame is shown. */
const VP8_SHOWN = 0x10;

/** What listing needs. */
export interface ListPacketsOptions {
  /** The programs. */
  readonly programs: FoundFfmpeg;
  /** What is refused. */
  readonly limits: Limits;
  /** When to give up. */
  readonly deadline: Deadline;
}

/**
 * Lists the packets of a video's chosen stream by ffprobe.
 *
 * @throws UnreadableVideo when it is none, too large, or has too many packets
 */
export async function listPackets(
  video: VideoFileLocation,
  options: ListPacketsOptions,
): Promise<{ packets: VideoPacket[]; facts: FfmpegFacts }> {
  const { maxPixels, maxFrames } = options.limits;
  const { streams = [], packets = [] } = await probe(video, options);
  const videos = streams.map((stream) => ({
    stream,
    index: stream.index,
    width: stream.width ?? 0,
    height: stream.height ?? 0,
    isDefault: stream.disposition.default === 1,
    isStill: stream.disposition.attached_pic === 1 || stream.disposition.timed_thumbnails === 1,
  }));
  for (const { width, height } of videos) {
    if (width * height > maxPixels) {
      throw new UnreadableVideo(`${width}x${height} pixels are over the limit of ${maxPixels}`);
    }
  }
  const chosen = chooseStream(videos);
  if (chosen === undefined) throw new UnreadableVideo('there is no video stream in it');
  const { stream, index, width } = chosen;
  if (width === 0) throw new UnreadableVideo('the size of its frames is not known');
  const own = packets.filter((packet) => packet.stream_index === index);
  if (own.length > maxFrames) throw overFrames(maxFrames);
  const shown = stream.codec_name === 'vp8' ? await shownVp8(video, { ...options, index }) : undefined;
  return {
    packets: own.map(({ pts, flags }, i) => ({
      ...(pts === undefined ? {} : { time: pts }),
      isKey: flags.includes('K'),
      isShown: !flags.includes('D') && shown?.[i] !== false,
    })),
    facts: factsOf(stream),
  };
}

function factsOf(stream: ProbedStream): FfmpegFacts {
  const { index, codec_name: codec = 'unknown', width = 0, height = 0, time_base: timeBase } = stream;
  const nominalRate = [stream.avg_frame_rate, stream.r_frame_rate].map(fraction).find((rate) => rate > 0);
  const matrix = stream.side_data_list?.find(({ displaymatrix }) => displaymatrix !== undefined)?.displaymatrix;
  return {
    index,
    timeBase,
    width,
    height,
    codec,
    orientation: orientationOf(matrix === undefined ? undefined : matrixOf(matrix)),
    secondsPerTick: fraction(timeBase),
    ...(nominalRate === undefined ? {} : { nominalRate }),
  };
}

/** The number that `25/1` stands for; 0 for `0/0`. */
function fraction(text: string): number {
  const [over, under] = text.split('/').map(Number) as [number, number];
  return under > 0 ? over / under : 0;
}

/** The nine numbers of a display matrix, which ffprobe writes in three lines that each begin with their own number and a colon. */
function matrixOf(text: string): number[] {
  return (text.replace(/\d+:/g, ' ').match(/-?\d+/g) ?? []).map(Number);
}

async function probe(
  video: VideoFileLocation,
  { programs, limits, deadline }: ListPacketsOptions,
): Promise<{ streams?: readonly ProbedStream[]; packets?: readonly ProbedPacket[] }> {
  const { maxFrames } = limits;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const what = ['-select_streams', 'v', '-show_entries', ENTRIES];
  const { code, messages } = await runProgram(programs.ffprobe, {
    args: ['-v', 'error', ...what, '-of', 'json=compact=1', ...inputArgs(video)],
    deadline,
    ...inputBytes(video),
    onOutput(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxFrames * PACKET_TEXT + OTHER_TEXT) throw overFrames(maxFrames);
      return true;
    },
  });
  // Of a file that comes through a pipe, what lies before its index is gone when the index is known.
  const isPartial = video.kind === 'bytes' && messages.some((line) => line.includes('partial file'));
  if (code !== 0 || isPartial) throw new UnreadableVideo(reasonOf(messages, video));
  return JSON.parse(Buffer.concat(chunks).toString()) as Awaited<ReturnType<typeof probe>>;
}

/** Whether each packet of a VP8 stream is shown, by its first byte: the flag is nowhere else. */
async function shownVp8(
  video: VideoFileLocation,
  { programs, deadline, index }: ListPacketsOptions & { readonly index: number },
): Promise<boolean[]> {
  const shown: boolean[] = [];
  let tail = '';
  const what = ['-select_streams', String(index), '-show_packets', '-show_data', '-show_entries', 'packet=data'];
  await runProgram(programs.ffprobe, {
    args: ['-v', 'error', ...what, ...inputArgs(video)],
    deadline,
    ...inputBytes(video),
    onOutput(chunk) {
      const lines = (tail + chunk.toString('latin1')).split('\n');
      tail = lines.pop()!;
      for (const line of lines) {
        const byte = /^00000000: ([0-9a-f]{2})/.exec(line);
        if (byte !== null) shown.push((Number.parseInt(byte[1]!, 16) & VP8_SHOWN) !== 0);
      }
      return true;
    },
  });
  return shown;
}

function overFrames(maxFrames: number): UnreadableVideo {
  return new UnreadableVideo(`there are over ${maxFrames} frames, which is the limit`);
}
