import type { Box, ImageSize } from '@masked-distill/image-data';

/** How frames are decoded, and which parts of them are wanted. */
export interface FrameGeometry {
  /** What whole frames are scaled to while they are decoded. */
  readonly decoded: ImageSize;
  /** For each crop its window in a frame of that size; one of the output's size is only copied. */
  readonly windows: readonly Box[];
}

type Frame = { readonly width: number; readonly height: number };

/**
 * The smallest frames that hold what some crops need. A frame is never enlarged while it is decoded, since its crop alone is less to
 * enlarge. A single crop of more pixels than the output is scaled as far as it goes, so that it need not be resized again.
 *
 * @param boxes the crops, in an upright frame as stored
 * @param options.size of the output
 */
export function cropGeometry(
  boxes: readonly Box[],
  options: { readonly frame: Frame; readonly size: ImageSize },
): FrameGeometry {
  const { frame, size } = options;
  const [height, width] = size;
  const scaleY = Math.min(1, Math.max(...boxes.map((box) => height / box.height)));
  const scaleX = Math.min(1, Math.max(...boxes.map((box) => width / box.width)));
  const decoded = [
    Math.max(Math.min(height, frame.height), Math.round(frame.height * scaleY)),
    Math.max(Math.min(width, frame.width), Math.round(frame.width * scaleX)),
  ] as const;
  const windows = boxes.map((box) => {
    const y = span(box.top, box.height, { from: frame.height, to: decoded[0], out: height });
    const x = span(box.left, box.width, { from: frame.width, to: decoded[1], out: width });
    return { left: x.start, top: y.start, width: x.length, height: y.length };
  });
  return { decoded, windows };
}

/** A stretch of one axis after scaling, to whole pixels. One that misses the output by a pixel is made equal to it. */
function span(start: number, length: number, axis: { from: number; to: number; out: number }) {
  const { from, to, out } = axis;
  const scaled = Math.min(to, Math.max(1, Math.round((length * to) / from)));
  const kept = Math.abs(scaled - out) <= 1 && out <= to && from !== to ? out : scaled;
  return { start: Math.min(Math.round((start * to) / from), to - kept), length: kept };
}

/**
 * Evaluation crops: the frame is scaled until it just covers the output, and the crops are spaced evenly along the side that is left
 * over, the first and the last at its ends; a single one lies in the middle. With 'stretch' each crop is the whole frame, whatever its shape.
 */
export function evalGeometry(
  frame: Frame,
  options: { readonly size: ImageSize; readonly crops: number; readonly fit?: 'cover' | 'stretch' },
): FrameGeometry {
  const { size, crops, fit } = options;
  const [height, width] = size;
  if (fit === 'stretch') return { decoded: size, windows: Array(crops).fill({ left: 0, top: 0, width, height }) };
  const scale = Math.max(height / frame.height, width / frame.width);
  const decoded = [
    Math.max(height, Math.round(frame.height * scale)),
    Math.max(width, Math.round(frame.width * scale)),
  ] as const;
  const [slackY, slackX] = [decoded[0] - height, decoded[1] - width];
  const windows = Array.from({ length: crops }, (_, k) => {
    const along = (slack: number) => (crops === 1 ? Math.round(slack / 2) : Math.floor((k * slack) / (crops - 1)));
    const isWide = slackX >= slackY;
    return {
      left: isWide ? along(slackX) : Math.round(slackX / 2),
      top: isWide ? Math.round(slackY / 2) : along(slackY),
      width,
      height,
    };
  });
  return { decoded, windows };
}
