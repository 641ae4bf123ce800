import type { DetectedBox, Frames } from '../detection/boxes.ts';

/**
 * Detections in AVA's form, `video,second,x1,y1,x2,y2,action,score` in a line each, in pieces that can be written one after the other.
 *
 * @param frames the detections of each frame, by its name, `video,0902`
 */
export function* avaLines(frames: Frames<DetectedBox>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const [frame, detections] of frames) {
    const lines = detections.map(
      ({ box, label, score }) => `${frame},${box.map(short).join()},${label},${short(score)}\n`,
    );
    yield encoder.encode(lines.join(''));
  }
}

/** Six digits behind the point, which no overlap and no order of sensible scores needs more of. */
const short = (value: number) => String(Number(value.toFixed(6)));
