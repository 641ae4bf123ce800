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
  const { segments, table, assembly, facts, deadline, isThorough } = work;
  const { constants } = av;
  const decoder = await video.openDecoder();
  const parts = storedParts(assembly, facts);
  const filter = createFrameFilter(av, parts.filters);
  // H.264 marks what no frame at all refers to; other codecs only what none of the same layer does. Its two fields of one picture may come in
  // two packets, the second of which is known by their time.
  const skips = facts.codec === 'h264' && table.isTimed && !isThorough;

  const decode = async ({ from, frames }: Segment) => {
    if (from !== undefined) {
      const code = video.format.seekFrameSync(video.stream.index, BigInt(from), constants.AVSEEK_FLAG_BACKWARD);
      if (code < 0) return;
      decoder.flushBuffers();
    }
    const indexOf = new Map(frames.map((frame) => [table.times[frame]!, frame]));
    const last = table.times[frames.at(-1)!]!;
    let beyond = 0;
    const isSound = await decodeFrames(av, video, {
      decoder,
      deadline,
      isNumbered: !table.isTimed,
      ...(skips && { isWanted: (time) => indexOf.has(time) }),
      onFrame(frame, time) {
        if (time > last) beyond++;
        const index = indexOf.get(time);
        const isDoubtful = from !== undefined && frame.hasFlags(constants.AV_FRAME_FLAG_CORRUPT);
        if (index !== undefined && !isDoubtful) {
          indexOf.delete(time);
          parts.place(index, filter.apply(frame));
        }
        return indexOf.size > 0 && beyond < MAX_REORDER;
      },
    });
    // What a decoder puts in place of something damaged may come from any frame before.
    if (skips && !isSound) for (const frame of frames) assembly.withdraw(frame);
  };

  try {
    for (const segment of segments) await decode(segment);
  } finally {
    filter.close();
  }
}
