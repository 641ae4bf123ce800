import type { FilterContext, FilterGraph, Frame } from 'node-av/lib';
import { UnreadableVideo } from '../../errors.ts';
import type { NodeAv } from './load-node-av.ts';

/** Puts frames of any pixel format and size through FFmpeg's filters, at whose end stands packed RGB. */
export interface FrameFilter {
  /**
   * Filters a frame, which is used up; its colour matrix and range are honoured.
   *
   * @returns the rows, without gaps, valid until the next call
   */
  apply(frame: Frame): Uint8Array;
  /** Frees it. */
  close(): void;
}

/** Makes a chain of the filters described, as the ffmpeg program would. */
export function createFrameFilter({ lib }: NodeAv, description: string): FrameFilter {
  let graph: FilterGraph | undefined;
  let source: FilterContext | undefined;
  let sink: FilterContext | undefined;
  let builtFor = '';
  let count = 0n;
  const [filtered, packed] = [new lib.Frame(), new lib.Frame()];
  filtered.alloc();
  packed.alloc();
  let rows: Uint8Array | undefined;

  /** Looked at once: garbage collection takes every look at a frame's memory for more memory, and comes in the middle of things. */
  const rowsLike = ({ format, width, height }: Frame) => {
    Object.assign(packed, { format, width, height });
    const code = packed.getBuffer(1);
    if (code < 0) throw new UnreadableVideo(`a frame can't be copied (${lib.FFmpegError.strerror(code)})`);
    return packed.data![0]!.subarray(0, width * height * 3);
  };

  const build = (input: string) => {
    graph?.free();
    graph = new lib.FilterGraph();
    graph.alloc();
    graph.nbThreads = 1;
    const whole = `buffer@in=${input}:time_base=1/1:pixel_aspect=1/1,${description},buffersink@out`;
    const code = Math.min(0, graph.parse2(whole)) || graph.configSync();
    if (code < 0) throw new UnreadableVideo(`its frames can't be scaled (${lib.FFmpegError.strerror(code)})`);
    source = graph.getFilter('buffer@in')!;
    sink = graph.getFilter('buffersink@out')!;
    builtFor = input;
  };

  return {
    apply(frame) {
      const { format, colorSpace, colorRange } = frame;
      const input = `video_size=${frame.width}x${frame.height}:pix_fmt=${format}:colorspace=${colorSpace}:range=${colorRange}`;
      if (input !== builtFor) build(input);
      // Filters that join several streams go by the time, which a file need not tell.
      frame.pts = count++;
      const code = Math.min(source!.buffersrcAddFrameSync(frame), sink!.buffersinkGetFrameSync(filtered));
      if (code < 0) throw new UnreadableVideo(`a frame can't be scaled (${lib.FFmpegError.strerror(code)})`);
      rows ??= rowsLike(filtered);
      packed.copy(filtered);
      filtered.unref();
      return rows;
    },
    close() {
      graph?.free();
      filtered.free();
      packed.free();
    },
  };
}
