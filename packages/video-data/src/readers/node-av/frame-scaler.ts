import type { FilterContext, FilterGraph, Frame } from 'node-av/lib';
import { UnreadableVideo } from '../../errors.ts';
import { SCALE_FLAGS } from '../scale-flags.ts';
import type { NodeAv } from './load-node-av.ts';

/** Scales frames of any pixel format to RGB of one size. */
export interface FrameScaler {
  /**
   * Scales a frame; its colour matrix and range are honoured.
   *
   * @param use gets the rows, `stride` bytes apart, valid during the call
   */
  scale(frame: Frame, use: (data: Uint8Array, stride: number) => void): void;
  /** Frees it. */
  close(): void;
}

/** Makes a scaler to `width` x `height`, the same that the ffmpeg program would use. */
export function createFrameScaler({ lib, constants }: NodeAv, width: number, height: number): FrameScaler {
  let graph: FilterGraph | undefined;
  let source: FilterContext | undefined;
  let sink: FilterContext | undefined;
  let builtFor = '';
  const scaled = new lib.Frame();
  scaled.alloc();

  const build = (input: string) => {
    graph?.free();
    graph = new lib.FilterGraph();
    graph.alloc();
    graph.nbThreads = 1;
    const filters = (
      [
        ['buffer', `${input}:time_base=1/1:pixel_aspect=1/1`],
        ['scale', `w=${width}:h=${height}:flags=${SCALE_FLAGS}`],
        ['format', 'pix_fmts=rgb24'],
        ['buffersink', null],
      ] as const
    ).map(([name, options]) => graph!.createFilter(lib.Filter.getByName(name)!, name, options));
    const linked = filters.every(
      (filter, i) => filter !== null && (i === 0 || filters[i - 1]!.link(0, filter, 0) >= 0),
    );
    const code = linked ? graph.configSync() : constants.AVERROR_EOF;
    if (code < 0) throw new UnreadableVideo(`its frames can't be scaled (${lib.FFmpegError.strerror(code)})`);
    source = filters[0]!;
    sink = filters.at(-1)!;
    builtFor = input;
  };

  return {
    scale(frame, use) {
      const { width: columns, height: rows, format, colorSpace, colorRange } = frame;
      const input = `video_size=${columns}x${rows}:pix_fmt=${format}:colorspace=${colorSpace}:range=${colorRange}`;
      if (input !== builtFor) build(input);
      const code = Math.min(source!.buffersrcAddFrameSync(frame), sink!.buffersinkGetFrameSync(scaled));
      if (code < 0) throw new UnreadableVideo(`a frame can't be scaled (${lib.FFmpegError.strerror(code)})`);
      use(scaled.data![0]!, scaled.linesize[0]!);
      scaled.unref();
    },
    close() {
      graph?.free();
      scaled.free();
    },
  };
}
