import type { CodecContext, Frame } from 'node-av/lib';
import type { Deadline } from '../deadline.ts';
import { createBreather } from './breathe.ts';
import type { NodeAv } from './load-node-av.ts';
import type { OpenVideo } from './open-video.ts';

/** How to decode. */
export interface DecodeFramesOptions {
  /** The decoder, fresh or flushed. */
  readonly decoder: CodecContext;
  /** When to give up. */
  readonly deadline: Deadline;
  /** Whether frames are known by the position of their packet, counted from here, in place of their time. */
  readonly isNumbered: boolean;
  /**
   * Whether a frame of that time is wanted: others are decoded only if the file says that frames may refer to them. Absent where all are.
   */
  isWanted?(time: number): boolean;
  /**
   * Gets each frame as it comes, in the order of presentation; it is valid during the call.
   *
   * @returns whether to go on
   */
  onFrame(frame: Frame, time: number): boolean;
}

/**
 * Decodes from where the video stands until told to stop. Packets that make no sense to the decoder are passed over.
 *
 * @returns whether the decoder found no fault in what it was given
 */
export async function decodeFrames(
  { lib, constants }: NodeAv,
  video: OpenVideo,
  { decoder, deadline, isNumbered, isWanted, onFrame }: DecodeFramesOptions,
): Promise<boolean> {
  const breathe = createBreather(deadline);
  const packet = new lib.Packet();
  const frame = new lib.Frame();
  packet.alloc();
  frame.alloc();
  let skips = false;
  let isSound = true;
  const skipUnless = (wanted: boolean) => {
    if (skips === !wanted) return;
    skips = !wanted;
    decoder.setOption('skip_frame', skips ? 'noref' : 'default');
  };
  /** @returns whether to go on */
  const drain = (): boolean => {
    for (;;) {
      const code = decoder.receiveFrameSync(frame);
      // It wants more, is at its end, or met damage after which it may have more to give.
      if (code < 0) return true;
      if (frame.decodeErrorFlags !== 0) isSound = false;
      const goesOn = onFrame(frame, frame.pts === constants.AV_NOPTS_VALUE ? Number.NaN : Number(frame.pts));
      frame.unref();
      if (!goesOn) return false;
    }
  };
  try {
    for (let position = 0; await video.next(packet); position++) {
      await breathe();
      if (isNumbered) packet.pts = BigInt(position);
      if (isWanted) skipUnless(isWanted(Number(packet.pts)));
      if (decoder.sendPacketSync(packet) < 0) isSound = false;
      if (!drain()) return isSound;
    }
    decoder.sendPacketSync(null);
    drain();
    return isSound;
  } finally {
    skipUnless(true);
    packet.free();
    frame.free();
  }
}
