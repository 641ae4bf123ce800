import type { Segment } from '../frame-table.ts';
import { storedParts } from '../stored-parts.ts';
import type { StreamFacts } from '../video-facts.ts';
import type { DecodeWork } from '../video-reader.ts';
import { decodeFrames } from './decode-frames.ts';
import { createFrameFilter } from './frame-filter.ts';
import type { NodeAv } from './load-node-av.ts';
import type { OpenVideo } from './open-video.ts';

/** Frames after the last one wanted that a decoder may give before it is taken to have lost one: more than any codec reorders. */
const MAX_REORDER = 32;

/** Decodes runs of frames of a video just opened. Frames that the decoder does not give, or doubts, are left out. */
export async function decodeSegments(av: NodeAv, video: OpenVideo, work: DecodeWork<StreamFacts>): Promise<void> {
  const { segments, table, assembly, deadline } = work;
  const { constants } = av;
  const decoder = await video.openDecoder();
  const parts = storedParts(assembly, work.facts);
  const filter = createFrameFilter(av, parts.filters);

  const decode = async ({ from, frames }: Segment) => {
    if (from !== undefined) {
      const code = video.format.seekFrameSync(video.stream.index, BigInt(from), constants.AVSEEK_FLAG_BACKWARD);
      if (code < 0) return;
      decoder.flushBuffers();
    }
    const indexOf = new Map(frames.map((frame) => [table.times[frame]!, frame]));
    const last = table.times[frames.at(-1)!]!;
    let beyond = 0;
    await decodeFrames(av, video, {
      decoder,
      deadline,
      isNumbered: !table.isTimed,
      onFrame(frame, time) {
        if (time > last) beyond++;
        const index = indexOf.get(time);
        const isDoubtful = from !== undefined && frame.hasFlags(constants.AV_FRAME_FLAG_CORRUPT);
        if (index !== undefined && !isDoubtful) {
          indexOf.delete(time);
          filter.apply(frame, (data, stride) => parts.place(index, data, stride));
        }
        return indexOf.size > 0 && beyond < MAX_REORDER;
      },
    });
  };

  try {
    for (const segment of segments) await decode(segment);
  } finally {
    filter.close();
  }
}
