/** What is known of a stream that holds pictures. */
export interface StreamChoice {
  /** Its position in the file. */
  readonly index: number;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Whether the file marks it as the one to show. */
  readonly isDefault: boolean;
  /** Whether it is a cover picture or a thumbnail and no video. */
  readonly isStill: boolean;
}

/** What a stream that is marked as the default is ahead by, in pixels: the ffmpeg program's weight. */
const DEFAULT_WEIGHT = 5_000_000;

/** The stream that the ffmpeg program takes when none is named: the default one of the most pixels. Absent when there is no video. */
export function chooseStream<T extends StreamChoice>(streams: readonly T[]): T | undefined {
  const score = ({ width, height, isDefault }: T) => width * height + (isDefault ? DEFAULT_WEIGHT : 0);
  let best: T | undefined;
  for (const stream of streams) {
    if (stream.isStill) continue;
    if (best === undefined || score(stream) > score(best)) best = stream;
  }
  return best;
}
