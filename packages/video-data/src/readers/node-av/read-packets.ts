import type { Packet } from 'node-av/lib';
import { UnreadableVideo } from '../../errors.ts';
import type { Deadline } from '../deadline.ts';
import type { VideoPacket } from '../frame-table.ts';
import { createBreather } from './breathe.ts';
import type { NodeAv } from './load-node-av.ts';
import type { OpenVideo } from './open-video.ts';

/** Bit of a VP8 frame's first byte that says whether the frame is shown. */
const VP8_SHOWN = 0x10;

/**
 * Lists a video's packets, without decoding them.
 *
 * @throws UnreadableVideo when there are more than `maxFrames`
 */
export async function readPackets(
  { lib, constants }: NodeAv,
  video: OpenVideo,
  { deadline, maxFrames }: { deadline: Deadline; maxFrames: number },
): Promise<VideoPacket[]> {
  const isVp8 = video.stream.codecpar.codecId === constants.AV_CODEC_ID_VP8;
  const breathe = createBreather(deadline);
  const packets: VideoPacket[] = [];
  const packet = new lib.Packet();
  packet.alloc();
  try {
    while (await video.next(packet)) {
      await breathe();
      if (packets.length >= maxFrames)
        throw new UnreadableVideo(`there are over ${maxFrames} frames, which is the limit`);
      const isShown = !packet.hasFlags(constants.AV_PKT_FLAG_DISCARD) && !(isVp8 && isHiddenVp8(packet));
      const isKey = packet.isKeyframe;
      const { pts } = packet;
      packets.push(pts === constants.AV_NOPTS_VALUE ? { isKey, isShown } : { time: Number(pts), isKey, isShown });
    }
  } finally {
    packet.free();
  }
  return packets;
}

function isHiddenVp8({ data }: Packet): boolean {
  return data !== null && data.length > 0 && (data[0]! & VP8_SHOWN) === 0;
}
