import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, readImageHeader, UnreadableImage } from '@masked-distill/image-data';
import { firstLine, openPixels } from '@masked-distill/image-data/loading';
import type { Clip } from '../../clip.ts';
import { UnreadableVideo } from '../../errors.ts';
import { createClipAssembly } from '../clip-assembly.ts';
import type { ClipInfo, ClipReader, ClipRequest, FramesLocation, ReaderLimits } from '../clip-reader.ts';
import { beforeDeadline } from '../deadline.ts';
import { withDefaults } from '../reader-limits.ts';
import { createReaderWork } from '../reader-work.ts';
import { remember } from '../remembered.ts';
import { frameName } from './frame-name.ts';

/** A reader of folders of numbered pictures. */
export interface FramesReader extends Pick<ClipReader, 'name' | 'close'> {
  /** As {@link ClipReader} says; the size is the first picture's. */
  probe(video: FramesLocation): Promise<ClipInfo>;
  /** As {@link ClipReader} says. A picture of another size than the first one's counts as damaged. */
  read(video: FramesLocation, request: ClipRequest): Promise<Clip>;
}

/** A larger file is no frame of a video. */
const MAX_PICTURE_BYTES = 2 ** 28;

/** Makes a reader of folders of numbered pictures, which image-data decodes. */
export function createFramesReader(options: ReaderLimits = {}): FramesReader {
  const limits = withDefaults(options);
  const { maxFrames, maxPixels } = limits;
  const known = remember<ClipInfo>(limits.rememberedVideos);
  const work = createReaderWork('frames', limits.timeLimit);

  const know = (video: FramesLocation) =>
    known.get(video, async () => {
      const { count } = video;
      if (count < 1) throw new UnreadableVideo('the folder has no frames');
      if (count > maxFrames) throw new UnreadableVideo(`there are over ${maxFrames} frames, which is the limit`);
      const header = await readable(async () => readImageHeader(await pictureBytes(video, 0), { maxPixels }));
      const { width, height, format } = header;
      return { frames: count, width, height, framesPerSecond: 0, seconds: 0, codec: format, rotation: 0 };
    });

  return {
    name: 'frames',
    probe: (video) => work.run((deadline) => beforeDeadline(deadline, know(video))),
    read: (video, request) =>
      work.run(async (deadline) => {
        const info = await beforeDeadline(deadline, know(video));
        const assembly = createClipAssembly(request, { frames: info.frames, stored: [info.height, info.width] });
        const { crops, width, height } = assembly;
        const readFrame = async (index: number) => {
          const picture = await decodeImage(await pictureBytes(video, index), { maxPixels });
          if (picture.width !== info.width || picture.height !== info.height) {
            throw new UnreadableImage(
              `${picture.width}x${picture.height} pixels, where the first frame has ${info.width}x${info.height}`,
            );
          }
          const pixels = openPixels(picture);
          return Promise.all(crops.map(async (box) => (await pixels.crop(box, { width, height })).data));
        };
        for (const index of assembly.wanted) {
          deadline.check();
          const parts = await beforeDeadline(deadline, readFrame(index).catch(reasonOf));
          if (typeof parts === 'string') assembly.lose(index, parts);
          else for (const [crop, memory] of assembly.place(index).entries()) memory.set(parts[crop]!);
        }
        return assembly.finish();
      }),
    async close() {
      work.close();
    },
  };
}

async function pictureBytes({ folder, template, first }: FramesLocation, index: number): Promise<Uint8Array> {
  const path = join(folder, frameName(template, first + index));
  const file = await stat(path);
  // A pipe would be waited for without end.
  if (!file.isFile()) throw new UnreadableImage(`${path} is no file`);
  if (file.size > MAX_PICTURE_BYTES) {
    throw new UnreadableImage(`${file.size} bytes are over the limit of ${MAX_PICTURE_BYTES}`);
  }
  return readFile(path);
}

async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new UnreadableVideo(`its first picture: ${reasonOf(cause)}`, { cause });
  }
}

/** What is wrong with a picture; anything else is thrown on. */
function reasonOf(error: unknown): string {
  if (error instanceof UnreadableImage) return error.reason;
  if (error instanceof Error && 'code' in error) return firstLine(error);
  throw error;
}
