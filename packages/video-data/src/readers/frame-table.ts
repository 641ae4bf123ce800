import { UnreadableVideo } from '../errors.ts';

/** One packet of the video stream, in the order of decoding. */
export interface VideoPacket {
  /** Presentation time in ticks of the stream; absent where the file has none. */
  readonly time?: number;
  /** Whether decoding can begin here. */
  readonly isKey: boolean;
  /** Whether its frame is shown: edit lists and hidden reference frames are decoded only. */
  readonly isShown: boolean;
}

/** Which frames a stream shows, in the order of presentation. All arrays have one entry a frame. */
export interface FrameTable {
  /** The frame's time in ticks, ascending; where `isTimed` is false, its packet's position. */
  readonly times: Float64Array;
  /** Whether frames are known by their times; otherwise by the order in which a decoder that starts at the beginning gives them. */
  readonly isTimed: boolean;
  /** The position of the frame's packet in the order of decoding. */
  readonly positions: Int32Array;
  /** The position of the packet from which on decoding yields the frame; 0 is the start of the file. */
  readonly entries: Int32Array;
  /** The time of that packet. */
  readonly entryTimes: Float64Array;
}

/** Frames that are decoded in one go. */
export interface Segment {
  /** The time to seek to; absent for the start of the file. */
  readonly from?: number;
  /** Indices of the frames wanted, ascending. */
  readonly frames: readonly number[];
}

/**
 * Puts a stream's packets into the order of presentation. A frame's decoding begins at the last key packet before it that is not
 * shown after it: of an open group of pictures, the ones shown before the key frame need the group before.
 *
 * @throws UnreadableVideo when no packet is shown
 */
export function frameTableOf(packets: readonly VideoPacket[]): FrameTable {
  const order: number[] = [];
  for (let i = 0; i < packets.length; i++) if (packets[i]!.isShown) order.push(i);
  order.sort((a, b) => packets[a]!.time! - packets[b]!.time! || a - b);
  // Two fields of one picture may come in two packets of one time.
  const shown = order.filter((p, i) => i === 0 || packets[p]!.time !== packets[order[i - 1]!]!.time);
  if (shown.length === 0) throw new UnreadableVideo('the video stream has no frames');
  const table = emptyTable(shown.length, true);
  const keys: number[] = [];
  for (let i = 0; i < packets.length; i++) if (packets[i]!.isKey && packets[i]!.time !== undefined) keys.push(i);
  shown.forEach((position, frame) => {
    const time = packets[position]!.time!;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keys[middle]! <= position) low = middle + 1;
      else high = middle;
    }
    let key = low - 1;
    while (key >= 0 && packets[keys[key]!]!.time! > time) key--;
    table.times[frame] = time;
    table.positions[frame] = position;
    table.entries[frame] = key > 0 ? keys[key]! : 0;
    table.entryTimes[frame] = key > 0 ? packets[keys[key]!]!.time! : Number.NaN;
  });
  return table;
}

/**
 * The table of a stream whose packets do not all have a time: its frames are decoded from the start each time.
 *
 * @param positions the packet's position of each frame, in the order in which the decoder gave them
 */
export function untimedTable(positions: readonly number[]): FrameTable {
  if (positions.length === 0) throw new UnreadableVideo('no frame of the video stream can be decoded');
  const table = emptyTable(positions.length, false);
  table.positions.set(positions);
  table.times.set(positions);
  return table;
}

function emptyTable(frames: number, isTimed: boolean): FrameTable {
  return {
    times: new Float64Array(frames),
    isTimed,
    positions: new Int32Array(frames),
    entries: new Int32Array(frames),
    entryTimes: new Float64Array(frames).fill(Number.NaN),
  };
}

/**
 * Cuts the wanted frames into runs, so that seeking between two of them leaves out at least `minSkip` packets.
 *
 * @param wanted indices, ascending, each once
 */
export function segmentsOf(table: FrameTable, wanted: readonly number[], minSkip: number): Segment[] {
  const segments: { from?: number; frames: number[] }[] = [];
  let reached = Number.NEGATIVE_INFINITY;
  for (const frame of wanted) {
    const entry = table.entries[frame]!;
    if (segments.length === 0 || entry - reached > minSkip) {
      segments.push(entry > 0 ? { from: table.entryTimes[frame]!, frames: [frame] } : { frames: [frame] });
    } else {
      segments.at(-1)!.frames.push(frame);
    }
    reached = Math.max(reached, table.positions[frame]!);
  }
  return segments;
}
