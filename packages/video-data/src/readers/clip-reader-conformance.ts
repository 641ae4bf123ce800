import { isDeepStrictEqual } from 'node:util';
import { MaskedDistillError } from '@masked-distill/base';
import type { Box, ImageSize, RgbImage } from '@masked-distill/image-data';
import { type Clip, clipFrame } from '../clip.ts';
import { UnreadableVideo } from '../errors.ts';
import type { ClipReader, ReaderLimits, VideoLocation } from './clip-reader.ts';

/** A video whose frames can be told apart by what they show. */
export interface ConformanceVideo {
  /** Where it is. */
  readonly video: VideoLocation;
  /** How many frames it has: at least eight. */
  readonly frames: number;
  /** Its size once upright. */
  readonly size: ImageSize;
  /** Which frame a picture shows, of whatever size; something below 0 where it shows none. */
  indexOf(picture: RgbImage): number;
}

/** What {@link clipReaderConformance} tries a reader on. */
export interface ConformanceSubject {
  /** Makes the reader. */
  open(limits?: ReaderLimits): Promise<ClipReader>;
  /** A sound video. */
  readonly sound: ConformanceVideo;
  /** One of which some frames, but not the first, can't be decoded. */
  readonly damaged: ConformanceVideo;
  /** Places where no video can be read. */
  readonly unreadable: readonly VideoLocation[];
}

/** One case of the conformance suite, to be run by any test runner. */
export interface ReaderConformanceCase {
  /** What must hold. */
  readonly name: string;
  /** Throws if it does not. */
  run(): Promise<void>;
}

/** A multiple of the side of the blocks that colour is kept for. */
const BLOCK = 4;
/** What the colours at the edge of a part make of its mean, where they are interpolated without what lies beyond. */
const EDGE_TOLERANCE = 1;

/** What a case works on. */
interface Trial extends ConformanceSubject {
  readonly reader: ClipReader;
  /** Indices of all frames of the sound video. */
  readonly all: readonly number[];
}

/**
 * What every reader of clips must do.
 *
 * @param prepare makes what it is tried on, anew for each case
 *
 * @example
 * ```ts
 * const prepare = () => ({ open: createMyReader, sound, damaged, unreadable });
 * for (const { name, run } of clipReaderConformance(prepare)) it(name, run);
 * ```
 */
export function clipReaderConformance(
  prepare: () => ConformanceSubject | Promise<ConformanceSubject>,
): ReaderConformanceCase[] {
  const over =
    (check: (trial: Trial) => Promise<void>, limitsFor?: (sound: ConformanceVideo) => ReaderLimits) => async () => {
      const subject = await prepare();
      const { sound } = subject;
      const reader = await subject.open(limitsFor?.(sound));
      try {
        await check({ ...subject, reader, all: Array.from({ length: sound.frames }, (_, i) => i) });
      } finally {
        await reader.close();
      }
    };
  return [
    {
      name: 'tells the number of frames and the upright size, as plain data, the same each time',
      run: over(async ({ reader, sound: { video, frames, size } }) => {
        const info = await reader.probe(video);
        demandEqual([info.frames, info.height, info.width], [frames, ...size], 'frames, height and width');
        demandEqual(structuredClone(info), info, 'what is known as plain data');
        demandEqual(await reader.probe(video), info, 'what is known the second time');
      }),
    },
    {
      name: 'gives every frame, in the order of presentation',
      run: over(async ({ reader, all, sound: { video, frames, size, indexOf } }) => {
        const [height, width] = size;
        const clip = await reader.read(video, { frames: all });
        demandEqual(
          [clip.frames, clip.height, clip.width, clip.missing],
          [frames, height, width, undefined],
          'the clip',
        );
        demandEqual(clip.data.length, frames * height * width * 3, 'its bytes');
        demandEqual(shownIn(clip, indexOf), all, 'the frames shown');
      }),
    },
    {
      name: 'gives frames in the order asked for, and as often',
      run: over(async ({ reader, all, sound: { video, frames, indexOf } }) => {
        const wanted = [frames - 1, 3, 3, 0, frames - 2, 3, 1];
        demandEqual(shownIn(await reader.read(video, { frames: wanted }), indexOf), wanted, 'the frames shown');
        const backwards = all.toReversed();
        demandEqual(shownIn(await reader.read(video, { frames: backwards }), indexOf), backwards, 'the frames shown');
      }),
    },
    {
      name: 'gives the same pixels whether it reads a frame alone or among others, first or later',
      run: over(async ({ reader, all, sound: { video, frames } }) => {
        const whole = await reader.read(video, { frames: all });
        for (const index of [frames - 1, 0, frames >> 1, 1, frames - 3]) {
          const { data } = clipFrame(await reader.read(video, { frames: [index] }), 0);
          demand(
            Buffer.compare(data, clipFrame(whole, index).data) === 0,
            `frame ${index} read alone has other pixels`,
          );
        }
      }),
    },
    {
      name: 'scales to any size and aspect',
      run: over(async ({ reader, sound: { video, size, indexOf } }) => {
        const [height, width] = size;
        for (const [rows, columns] of [
          [height * 2, width * 3],
          [24, 32],
          [37, 29],
        ] as const) {
          const clip = await reader.read(video, { frames: [5, 2], size: [rows, columns] });
          demandEqual([clip.height, clip.width, clip.data.length], [rows, columns, rows * columns * 6], 'the size');
          demandEqual(shownIn(clip, indexOf), [5, 2], 'the frames shown');
        }
      }),
    },
    {
      name: 'cuts parts out of each frame: all frames of the first part, then of the next',
      run: over(async ({ reader, sound: { video, size } }) => {
        const [height, width] = [size[0] >> 1, size[1] >> 1];
        const crops = [0, 1].map((k) => ({ left: k * BLOCK, top: 2 * k * BLOCK, width, height }));
        const frames = [5, 2, 5];
        const clip = await reader.read(video, { frames, crops });
        demandEqual([clip.frames, clip.height, clip.width], [6, height, width], 'the clip');
        const whole = await reader.read(video, { frames });
        for (const [k, box] of crops.entries()) {
          const part = await reader.read(video, { frames, crops: [box] });
          const together = clip.data.subarray(k * part.data.length, (k + 1) * part.data.length);
          demand(Buffer.compare(part.data, together) === 0, `part ${k} alone has other pixels`);
          for (const position of frames.keys()) {
            const off = meanDifference(clipFrame(part, position).data, cut(clipFrame(whole, position), box));
            demand(off < EDGE_TOLERANCE, `part ${k} of frame ${frames[position]} is off by ${off}`);
          }
        }
        const into = new Uint8Array(clip.data.length + 1).fill(123);
        const again = await reader.read(video, { frames, crops, into });
        demand(again.data.buffer === into.buffer && again.data.length === clip.data.length, 'it takes other memory');
        demand(Buffer.compare(again.data, clip.data) === 0, 'in memory that was used before there are other pixels');
        const scaled = await reader.read(video, { frames, crops, size: [9, 7] });
        demandEqual([scaled.frames, scaled.height, scaled.width], [6, 9, 7], 'the scaled clip');
      }),
    },
    {
      name: 'answers calls that overlap',
      run: over(async ({ reader, all, sound: { video, frames, indexOf } }) => {
        const wanted = all.slice(0, 6);
        const clips = await Promise.all(wanted.map((index) => reader.read(video, { frames: [index, frames - 1] })));
        demandEqual(
          clips.map((clip) => shownIn(clip, indexOf)),
          wanted.map((index) => [index, frames - 1]),
          'the frames shown',
        );
      }),
    },
    {
      name: 'refuses requests that make no sense',
      run: over(async ({ reader, sound: { video, frames, size } }) => {
        const refuses = (request: Parameters<ClipReader['read']>[1], text: string) =>
          demandFailure(reader.read(video, request), text);
        await refuses({ frames: [] }, 'readVideo: no frames are asked for; name at least one index');
        await refuses({ frames: [0, -1] }, 'readVideo: frame -1 is asked for; indices are whole numbers from 0 on');
        await refuses({ frames: [0.5] }, 'readVideo: frame 0.5 is asked for; indices are whole numbers from 0 on');
        await refuses({ frames: [0, frames] }, `readVideo: frame ${frames} is asked for, and there are ${frames}`);
        await refuses({ frames: [0], size: [0, 4] }, 'readVideo: size is [0, 4]; give whole numbers from 1 on');
        await refuses({ frames: [0], crops: [] }, 'readVideo: crops is empty; name at least one part, or leave it out');
        const [height, width] = size;
        await refuses(
          { frames: [0], crops: [{ left: 1, top: 0, width, height }] },
          `readVideo: a part of ${width}x${height} at 1,0 is asked for; give whole pixels inside the frame of ${width}x${height}`,
        );
        await refuses(
          { frames: [0], size: [2, 3], into: new Uint8Array(17) },
          'readVideo: into has 17 bytes, and the clip needs 18',
        );
        await refuses(
          { frames: [0, 0], size: [2 ** 15, 2 ** 15] },
          'readVideo: 2 frames of 32768x32768 are over 2 GiB; ask for fewer, or for a smaller size',
        );
      }),
    },
    {
      name: 'refuses what is no video, with the reason, whatever is asked of it',
      run: over(async ({ reader, unreadable }) => {
        for (const place of unreadable) {
          await demandUnreadable(reader.probe(place), place);
          await demandUnreadable(reader.read(place, { frames: [0], lenient: true }), place);
        }
      }),
    },
    {
      name: 'refuses a damaged frame, or puts the nearest sound one there and says so',
      run: over(async ({ reader, damaged }) => {
        const info = await reader.probe(damaged.video);
        demandEqual(info.frames, damaged.frames, 'the frames of the damaged video');
        const wanted = Array.from({ length: info.frames }, (_, i) => i);
        const clip = await reader.read(damaged.video, { frames: wanted, lenient: true });
        const missing = clip.missing ?? [];
        demand(missing.length > 0 && !missing.includes(0), `missing are ${missing}, not some but the first`);
        const isSound = (index: number) => !missing.includes(index);
        for (const position of missing) {
          const nearest = wanted.findLast((index) => index < position && isSound(index))!;
          const [filled, source] = [clipFrame(clip, position), clipFrame(clip, nearest)];
          demand(Buffer.compare(filled.data, source.data) === 0, `frame ${position} is no copy of ${nearest}`);
        }
        const lost = missing[0]!;
        const before = wanted.slice(0, lost);
        const shown = shownIn(await reader.read(damaged.video, { frames: before }), damaged.indexOf);
        demandEqual(shown, before, 'the frames before the damage');
        await demandFailure(
          reader.read(damaged.video, { frames: [0, lost] }),
          new RegExp(`^readVideo: frame ${lost} can't be decoded( \\(.+\\))?; 1 of the 2 frames asked for are sound$`),
        );
        await demandFailure(
          reader.read(damaged.video, { frames: [lost], lenient: true }),
          new RegExp(`^readVideo: frame ${lost} can't be decoded( \\(.+\\))?; 0 of the 1 frames asked for are sound$`),
        );
      }),
    },
    {
      name: 'refuses videos over the limit of frames',
      run: over(
        ({ reader, sound: { video, frames } }) =>
          demandFailure(reader.probe(video), `readVideo: there are over ${frames - 1} frames, which is the limit`),
        ({ frames }) => ({ maxFrames: frames - 1 }),
      ),
    },
    {
      name: 'refuses videos over the limit of pixels',
      run: over(
        ({ reader, sound: { video } }) =>
          demandFailure(reader.probe(video), /^readVideo: (.+: )?\d+x\d+ pixels are over the limit of \d+$/),
        ({ size: [height, width] }) => ({ maxPixels: height * width - 1 }),
      ),
    },
    {
      name: 'gives up when the time is up',
      run: over(
        ({ reader, all, sound: { video } }) =>
          demandFailure(reader.read(video, { frames: all }), 'readVideo: not read within the time limit of 0.000001 s'),
        () => ({ timeLimit: 1e-6 }),
      ),
    },
    {
      name: 'once closed, gives up what is under way and refuses the rest',
      run: over(async ({ reader, all, sound: { video } }) => {
        const outcome = reader.read(video, { frames: all }).then(
          () => '',
          (error: Error) => error.message,
        );
        await reader.close();
        const text = `${reader.name} reader: it is closed; make a new one`;
        demandEqual(await outcome, text, 'the error of what was under way');
        await demandFailure(reader.probe(video), text);
      }),
    },
  ];
}

function demand(isMet: boolean, what: string): asserts isMet {
  if (!isMet) throw new MaskedDistillError(`reader: ${what}`);
}

function demandEqual(actual: unknown, expected: unknown, what: string): void {
  demand(
    isDeepStrictEqual(actual, expected),
    `${what}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`,
  );
}

async function demandFailure(work: Promise<unknown>, text: string | RegExp): Promise<void> {
  const message = await work.then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  const isMet = message !== undefined && (typeof text === 'string' ? message === text : text.test(message));
  demand(isMet, `fails with '${message}', expected ${text}`);
}

async function demandUnreadable(work: Promise<unknown>, place: VideoLocation): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  demand(error instanceof UnreadableVideo, `${JSON.stringify(place)} is not refused as unreadable: ${error}`);
  demand(error.reason !== '' && !error.message.includes('\n'), `the reason is no line: ${error.message}`);
}

function cut({ data, width }: RgbImage, box: Box): Uint8Array {
  const rows = Array.from({ length: box.height }, (_, y) => ((box.top + y) * width + box.left) * 3);
  return Buffer.concat(rows.map((from) => data.subarray(from, from + box.width * 3)));
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

function shownIn(clip: Clip, indexOf: ConformanceVideo['indexOf']): number[] {
  return Array.from({ length: clip.frames }, (_, position) => indexOf(clipFrame(clip, position)));
}
