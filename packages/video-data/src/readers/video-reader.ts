import type { Clip } from '../clip.ts';
import { type ClipAssembly, createClipAssembly } from './clip-assembly.ts';
import type { ClipReader, FramesLocation, VideoLocation } from './clip-reader.ts';
import type { Deadline } from './deadline.ts';
import {
  type FrameTable,
  frameTableOf,
  type Segment,
  segmentsOf,
  untimedTable,
  type VideoPacket,
} from './frame-table.ts';
import type { Limits } from './reader-limits.ts';
import { createReaderWork } from './reader-work.ts';
import { remember } from './remembered.ts';
import { type KnownVideo, knownVideo, type StreamFacts } from './video-facts.ts';

/** Where a video file is. */
export type VideoFileLocation = Exclude<VideoLocation, FramesLocation>;

/** A reader of video files; folders of frames have one of their own. */
export interface VideoReader extends Pick<ClipReader, 'name' | 'close'> {
  /** As {@link ClipReader} says. */
  probe(video: VideoFileLocation): ReturnType<ClipReader['probe']>;
  /** As {@link ClipReader} says. */
  read(video: VideoFileLocation, request: Parameters<ClipReader['read']>[1]): Promise<Clip>;
}

/** What to decode, and where to. */
export interface DecodeWork<Facts> {
  /** The runs of frames, in the order of time. */
  readonly segments: readonly Segment[];
  /** The video's frames. */
  readonly table: FrameTable;
  /** What the file says of its stream. */
  readonly facts: Facts;
  /** What takes the frames. */
  readonly assembly: ClipAssembly;
  /** Whether frames that are not wanted are to be decoded as well, even if the file says that none of those wanted refers to them. */
  readonly isThorough: boolean;
  /** When to give up. */
  readonly deadline: Deadline;
}

/** What decodes video files, once it is known which frames they have. */
export interface VideoDecoder<Facts extends StreamFacts> {
  /** What it is. */
  readonly name: string;
  /** Seeking costs about as much as decoding this many frames. */
  readonly seekCost: number;
  /** Lists a video's packets without decoding them. @throws UnreadableVideo when it is none, or over a limit */
  list(video: VideoFileLocation, deadline: Deadline): Promise<{ packets: readonly VideoPacket[]; facts: Facts }>;
  /** Decodes all of a video and gives for each frame, as they come, the number by which `decode` will find it in its table's times. */
  number(video: VideoFileLocation, work: { facts: Facts; deadline: Deadline }): Promise<readonly number[]>;
  /** Decodes runs of frames. Those that the decoder does not give, or doubts after a seek, are left out. */
  decode(video: VideoFileLocation, work: DecodeWork<Facts>): Promise<void>;
}

/** Makes a reader out of what decodes. Which frames a video has is found out here, so that all readers mean the same by an index. */
export function createVideoReader<Facts extends StreamFacts>(
  decoder: VideoDecoder<Facts>,
  limits: Limits,
): VideoReader {
  const known = remember<{ readonly known: KnownVideo; readonly facts: Facts }>(limits.rememberedVideos);
  const work = createReaderWork(decoder.name, limits.timeLimit);

  const know = (video: VideoFileLocation, deadline: Deadline) =>
    known.get(video, async () => {
      const { packets, facts } = await decoder.list(video, deadline);
      const isTimed = packets.every(({ time, isShown }) => !isShown || time !== undefined);
      const table = isTimed ? frameTableOf(packets) : untimedTable(await decoder.number(video, { facts, deadline }));
      return { known: knownVideo(table, facts), facts };
    });

  return {
    name: decoder.name,
    probe: (video) => work.run(async (deadline) => (await know(video, deadline)).known.info),
    read: (video, request) =>
      work.run(async (deadline): Promise<Clip> => {
        const { facts, known } = await know(video, deadline);
        const { info, table } = known;
        const assembly = createClipAssembly(request, { frames: info.frames, stored: [info.height, info.width] });
        const decode = (segments: readonly Segment[], isThorough = false) =>
          decoder.decode(video, { segments, table, facts, assembly, isThorough, deadline });
        await decode(segmentsOf(table, assembly.wanted, decoder.seekCost));
        // What can't be decoded from the key frame before, or without all between, may be whole when all is decoded from the start.
        const lost = assembly.wanted.filter((index) => !assembly.has(index));
        if (lost.length > 0) await decode([{ frames: lost }], true);
        return assembly.finish();
      }),
    async close() {
      work.close();
    },
  };
}
