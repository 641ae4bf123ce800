import { MaskedDistillError } from '@masked-distill/base';
import type { Clip } from '../../clip.ts';
import { createClipAssembly } from '../clip-assembly.ts';
import type { ClipReader, ReaderLimits, VideoLocation } from '../clip-reader.ts';
import { type Deadline, startDeadline } from '../deadline.ts';
import { frameTableOf, type Segment, segmentsOf, untimedTable } from '../frame-table.ts';
import { orientationOf } from '../orientation.ts';
import { withDefaults } from '../reader-limits.ts';
import { remember } from '../remembered.ts';
import { type KnownVideo, knownVideo } from '../video-facts.ts';
import { decodeFrames } from './decode-frames.ts';
import { decodeSegments } from './decode-segments.ts';
import { loadNodeAv, type NodeAv } from './load-node-av.ts';
import { type OpenVideo, openVideo } from './open-video.ts';
import { readPackets } from './read-packets.ts';

/** Seeking costs about as much as decoding this many frames. */
const MIN_SKIP = 8;

/** Options of {@link createNodeAvReader}. */
export interface NodeAvReaderOptions extends ReaderLimits {
  /** Threads of one decoder; default 1, since a loader has a worker for each core. */
  readonly threads?: number;
}

/**
 * Makes a reader that decodes in this process, by FFmpeg's libraries as `node-av` brings them. Decoding blocks the calling thread for
 * some ten milliseconds at a time.
 *
 * @throws InputError when node-av is not installed or does not load
 */
export async function createNodeAvReader(options: NodeAvReaderOptions = {}): Promise<ClipReader> {
  const av = await loadNodeAv();
  const { threads = 1 } = options;
  const limits = withDefaults(options);
  const known = remember<KnownVideo>(limits.rememberedVideos);
  const underWay = new Set<Deadline>();
  let isClosed = false;

  const timed = async <T>(work: (deadline: Deadline) => Promise<T>): Promise<T> => {
    if (isClosed) throw closedError();
    const deadline = startDeadline(limits.timeLimit);
    underWay.add(deadline);
    try {
      return await work(deadline);
    } finally {
      deadline.clear();
      underWay.delete(deadline);
    }
  };

  const withVideo = async <T>(
    video: VideoLocation,
    deadline: Deadline,
    work: (open: OpenVideo) => Promise<T>,
  ): Promise<T> => {
    if (video.kind === 'frames')
      throw new MaskedDistillError('node-av reader: folders of frames are read by createClipReader');
    const open = await openVideo(av, video, { deadline, maxPixels: limits.maxPixels, threads });
    try {
      return await work(open);
    } finally {
      await open.close();
    }
  };

  const know = (video: VideoLocation, deadline: Deadline) =>
    known.get(video, async () => {
      const { maxFrames } = limits;
      const { packets, facts } = await withVideo(video, deadline, async (open) => ({
        packets: await readPackets(av, open, { deadline, maxFrames }),
        facts: streamFacts(av, open),
      }));
      if (packets.every(({ time, isShown }) => !isShown || time !== undefined)) {
        return knownVideo(frameTableOf(packets), facts);
      }
      const positions = await withVideo(video, deadline, (open) => decodeOrder(av, open, deadline));
      return knownVideo(untimedTable(positions), facts);
    });

  return {
    name: 'node-av',
    probe: (video) => timed(async (deadline) => (await know(video, deadline)).info),
    read: (video, request) =>
      timed(async (deadline): Promise<Clip> => {
        const { info, table, orientation } = await know(video, deadline);
        const assembly = createClipAssembly(request, { frames: info.frames, stored: [info.height, info.width] });
        const decode = (segments: readonly Segment[]) =>
          withVideo(video, deadline, (open) =>
            decodeSegments(av, open, { segments, table, orientation, assembly, deadline }),
          );
        await decode(segmentsOf(table, assembly.wanted, MIN_SKIP));
        // What can't be decoded from the key frame before may be whole when decoded from the start.
        const lost = assembly.wanted.filter((index) => !assembly.has(index) && table.entries[index]! > 0);
        if (lost.length > 0) await decode([{ frames: lost }]);
        return assembly.finish();
      }),
    async close() {
      isClosed = true;
      for (const deadline of underWay) deadline.stop(closedError());
    },
  };
}

function closedError(): MaskedDistillError {
  return new MaskedDistillError('node-av reader: it is closed; make a new one');
}

function streamFacts({ lib, constants }: NodeAv, { stream }: OpenVideo) {
  const { codecpar, timeBase } = stream;
  const matrix = codecpar.getCodedSideData(constants.AV_PKT_DATA_DISPLAYMATRIX);
  const rate = [stream.avgFrameRate, stream.rFrameRate].find(({ num, den }) => num > 0 && den > 0);
  return {
    width: codecpar.width,
    height: codecpar.height,
    codec: lib.avGetCodecName(codecpar.codecId) ?? 'unknown',
    orientation: orientationOf(matrix ? Array.from({ length: 9 }, (_, i) => matrix.readInt32LE(i * 4)) : undefined),
    secondsPerTick: timeBase.num / timeBase.den,
    ...(rate && { nominalRate: rate.num / rate.den }),
  };
}

/** The positions of a video's packets in the order in which the decoder shows them. */
async function decodeOrder(av: NodeAv, open: OpenVideo, deadline: Deadline): Promise<number[]> {
  const positions: number[] = [];
  await decodeFrames(av, open, {
    decoder: await open.openDecoder(),
    deadline,
    isNumbered: true,
    onFrame(_, position) {
      positions.push(position);
      return true;
    },
  });
  return positions;
}
