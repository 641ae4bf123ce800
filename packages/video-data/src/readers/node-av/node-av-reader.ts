import type { ReaderLimits } from '../clip-reader.ts';
import type { Deadline } from '../deadline.ts';
import { orientationOf } from '../orientation.ts';
import { withDefaults } from '../reader-limits.ts';
import type { StreamFacts } from '../video-facts.ts';
import { createVideoReader, type VideoFileLocation, type VideoReader } from '../video-reader.ts';
import { decodeFrames } from './decode-frames.ts';
import { decodeSegments } from './decode-segments.ts';
import type { NodeAv } from './load-node-av.ts';
import { type OpenVideo, openVideo, type ProbedStream } from './open-video.ts';
import { readPackets } from './read-packets.ts';

/** A decoder's threads: a loader has a worker for each core. */
const THREADS = 1;

/** What a file says of its video stream, and what its beginning tells. */
type NodeAvFacts = StreamFacts & ProbedStream;

/**
 * Makes a reader that decodes in this process, by FFmpeg's libraries as `node-av` brings them. Decoding blocks the calling thread for
 * some ten milliseconds at a time.
 */
export function createNodeAvReader(av: NodeAv, options: ReaderLimits): VideoReader {
  const limits = withDefaults(options);

  const withVideo = async <T>(
    video: VideoFileLocation,
    options: { readonly deadline: Deadline; readonly probed?: ProbedStream },
    work: (open: OpenVideo) => Promise<T>,
  ): Promise<T> => {
    const open = await openVideo(av, video, { ...options, maxPixels: limits.maxPixels, threads: THREADS });
    try {
      return await work(open);
    } finally {
      open.close();
    }
  };

  return createVideoReader<NodeAvFacts>(
    {
      name: 'node-av',
      seekCost: 8,
      list: (video, deadline) =>
        withVideo(video, { deadline }, async (open) => ({
          packets: await readPackets(av, open, { deadline, maxFrames: limits.maxFrames }),
          facts: streamFacts(av, open),
        })),
      number: (video, { deadline }) => withVideo(video, { deadline }, (open) => packetOrder(av, open, deadline)),
      decode: (video, work) => {
        const { facts, deadline, isThorough } = work;
        const options = isThorough ? { deadline } : { deadline, probed: facts };
        return withVideo(video, options, (open) => decodeSegments(av, open, work));
      },
    },
    limits,
  );
}

function streamFacts({ lib, constants }: NodeAv, { stream }: OpenVideo): NodeAvFacts {
  const { codecpar, timeBase } = stream;
  const matrix = codecpar.getCodedSideData(constants.AV_PKT_DATA_DISPLAYMATRIX);
  const rate = [stream.avgFrameRate, stream.rFrameRate].find(({ num, den }) => num > 0 && den > 0);
  return {
    index: stream.index,
    delay: codecpar.videoDelay,
    width: codecpar.width,
    height: codecpar.height,
    codec: lib.avGetCodecName(codecpar.codecId) ?? 'unknown',
    orientation: orientationOf(matrix ? Array.from({ length: 9 }, (_, i) => matrix.readInt32LE(i * 4)) : undefined),
    secondsPerTick: timeBase.num / timeBase.den,
    ...(rate && { nominalRate: rate.num / rate.den }),
  };
}

/** The positions of a video's packets in the order in which the decoder shows them. */
async function packetOrder(av: NodeAv, open: OpenVideo, deadline: Deadline): Promise<number[]> {
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
