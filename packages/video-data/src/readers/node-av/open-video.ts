import type { CodecContext, FormatContext, IOContext, Packet, Stream } from 'node-av/lib';
import { UnreadableVideo } from '../../errors.ts';
import { chooseStream } from '../choose-stream.ts';
import type { Deadline } from '../deadline.ts';
import type { VideoFileLocation } from '../video-reader.ts';
import { videoUrl } from '../video-url.ts';
import type { NodeAv } from './load-node-av.ts';

/** What the demuxers may open: the file itself. A playlist can then not make them fetch anything. */
const PROTOCOLS = 'file,subfile';

const IO_BUFFER_BYTES = 2 ** 16;

/** Formats whose header lists the streams and all that a decoder needs but how far frames are out of order. */
const FORMATS_WITH_HEADERS = ['mov,mp4,m4a,3gp,3g2,mj2', 'matroska,webm'];

/** What is found out about a stream by decoding the file's beginning. */
export interface ProbedStream {
  /** Its position in the file. */
  readonly index: number;
  /** How many frames a decoder holds back to put them in order. */
  readonly delay: number;
}

/** A file that is open for reading packets. */
export interface OpenVideo {
  /** The demuxer. */
  readonly format: FormatContext;
  /** The stream taken. */
  readonly stream: Stream;
  /** Reads the next packet of that stream. @returns whether there was one */
  next(packet: Packet): Promise<boolean>;
  /** Makes its decoder. */
  openDecoder(): Promise<CodecContext>;
  /** Frees everything, the decoder as well. */
  close(): void;
}

/** What bounds an opening. */
export interface OpenOptions {
  /** When to give up. */
  readonly deadline: Deadline;
  /** The most pixels of a frame. */
  readonly maxPixels: number;
  /** Threads of the decoder. */
  readonly threads: number;
  /** What was found out when the file was opened before, so that its beginning need not be decoded again. */
  readonly probed?: ProbedStream;
}

/**
 * Opens a video and chooses its stream.
 *
 * @throws UnreadableVideo when it is none, or too large
 */
export async function openVideo(av: NodeAv, video: VideoFileLocation, options: OpenOptions): Promise<OpenVideo> {
  const { lib, constants } = av;
  const { deadline, maxPixels, threads, probed } = options;
  const format = new lib.FormatContext();
  format.allocContext();
  const memory = video.kind === 'bytes' ? memoryReader(av, video.bytes) : undefined;
  let decoder: CodecContext | undefined;
  const close = () => {
    decoder?.freeContext();
    format.closeInputSync();
    memory?.freeContext();
  };
  const demand = (code: number) => {
    deadline.check();
    if (code < 0) throw new UnreadableVideo(describeCode(av, code));
  };
  const refuseLarge = () => {
    for (const { codecpar } of format.streams) {
      if (codecpar.width * codecpar.height <= maxPixels) continue;
      throw new UnreadableVideo(`${codecpar.width}x${codecpar.height} pixels are over the limit of ${maxPixels}`);
    }
  };
  try {
    deadline.onEnd(() => format.interrupt());
    if (memory !== undefined) {
      format.pb = memory;
      format.setFlags(constants.AVFMT_FLAG_CUSTOM_IO);
    }
    const openOptions = lib.Dictionary.fromObject({ protocol_whitelist: PROTOCOLS });
    try {
      demand(await format.openInput(video.kind === 'bytes' ? '' : videoUrl(video), null, openOptions));
    } finally {
      openOptions.free();
    }
    refuseLarge();
    const known = FORMATS_WITH_HEADERS.includes(format.iformat?.name ?? '') ? probed : undefined;
    if (known === undefined) {
      // Without options for its decoders, which node-av 6.1.1 reads past their end: of a format that tells no size before, a frame is
      // decoded before it can be refused.
      demand(await format.findStreamInfo());
      refuseLarge();
    }
    const streams = format.streams;
    const stream = (known && streams[known.index]) ?? videoStream(av, streams);
    const { index } = stream;
    if (known !== undefined) stream.codecpar.videoDelay = known.delay;
    for (const other of streams) if (other.index !== index) other.discard = constants.AVDISCARD_ALL;
    return {
      format,
      stream,
      async next(packet) {
        for (;;) {
          packet.unref();
          // A callback of this thread can't run while the thread waits, so that only memory is read asynchronously.
          const code = memory ? await format.readFrame(packet) : format.readFrameSync(packet);
          if (code < 0) {
            deadline.check();
            return false;
          }
          if (packet.streamIndex === index) return true;
        }
      },
      async openDecoder() {
        const codec = lib.Codec.findDecoder(stream.codecpar.codecId);
        if (codec === null) {
          const name = lib.avGetCodecName(stream.codecpar.codecId) ?? 'none';
          throw new UnreadableVideo(name === 'none' ? 'its codec is not known' : `no decoder for ${name}`);
        }
        decoder?.freeContext();
        decoder = new lib.CodecContext();
        decoder.allocContext3(codec);
        decoder.parametersToContext(stream.codecpar);
        decoder.pktTimebase = stream.timeBase;
        const dictionary = lib.Dictionary.fromObject({ max_pixels: maxPixels, threads });
        try {
          demand(await decoder.open2(codec, dictionary));
        } finally {
          dictionary.free();
        }
        return decoder;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function videoStream({ constants }: NodeAv, streams: readonly Stream[]): Stream {
  const stills = constants.AV_DISPOSITION_ATTACHED_PIC | constants.AV_DISPOSITION_TIMED_THUMBNAILS;
  const chosen = chooseStream(
    streams
      .filter(({ codecpar }) => codecpar.codecType === constants.AVMEDIA_TYPE_VIDEO)
      .map((stream) => ({
        stream,
        index: stream.index,
        width: stream.codecpar.width,
        height: stream.codecpar.height,
        isDefault: (stream.disposition & constants.AV_DISPOSITION_DEFAULT) !== 0,
        isStill: (stream.disposition & stills) !== 0,
      })),
  );
  if (chosen === undefined) throw new UnreadableVideo('there is no video stream in it');
  if (chosen.width === 0) throw new UnreadableVideo('the size of its frames is not known');
  return chosen.stream;
}

/** FFmpeg's words for an error code. */
function describeCode({ lib }: NodeAv, code: number): string {
  return lib.FFmpegError.strerror(code);
}

function memoryReader({ lib, constants }: NodeAv, bytes: Uint8Array): IOContext {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  const io = new lib.IOContext();
  io.allocContextWithCallbacks(
    IO_BUFFER_BYTES,
    0,
    (size) => {
      if (position >= buffer.length) return null;
      const part = buffer.subarray(position, position + size);
      position += part.length;
      return part;
    },
    null,
    (offset, whence) => {
      if (whence === constants.AVSEEK_SIZE) return BigInt(buffer.length);
      const from = whence === constants.AVSEEK_CUR ? position : whence === constants.AVSEEK_END ? buffer.length : 0;
      position = Math.min(Math.max(from + Number(offset), 0), buffer.length);
      return BigInt(position);
    },
  );
  return io;
}
