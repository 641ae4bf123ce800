import type { Segment } from '../frame-table.ts';
import { turnInto } from '../orientation.ts';
import type { StreamFacts } from '../video-facts.ts';
import type { DecodeWork } from '../video-reader.ts';
import { decodeFrames } from './decode-frames.ts';
import { createFrameScaler } from './frame-scaler.ts';
import type { NodeAv } from './load-node-av.ts';
import type { OpenVideo } from './open-video.ts';

/** Frames after the last one wanted that a decoder may give before it is taken to have lost one: more than any codec reorders. */
const MAX_REORDER = 32;

/** Decodes runs of frames of a video just opened. Frames that the decoder does not give, or doubts, are left out. */
export async function decodeSegments(av: NodeAv, video: OpenVideo, work: DecodeWork<StreamFacts>): Promise<void> {
  const { segments, table, assembly, deadline } = work;
  const { orientation } = work.facts;
  const { constants } = av;
  const { isTransposed } = orientation;
  const [width, height] = isTransposed ? [assembly.height, assembly.width] : [assembly.width, assembly.height];
  const decoder = await video.openDecoder();
  const scaler = createFrameScaler(av, width, height);

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
          scaler.scale(frame, (data, stride) =>
            turnInto(assembly.place(index), data, { width, height, stride, orientation }),
          );
        }
        return indexOf.size > 0 && beyond < MAX_REORDER;
      },
    });
  };

  try {
    for (const segment of segments) await decode(segment);
  } finally {
    scaler.close();
  }
}
