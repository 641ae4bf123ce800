import { open, stat } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { type ImageSource, openImageSource } from '@masked-distill/image-data';
import { type ClipSource, openClipSource, VIDEO_EXTENSIONS } from '@masked-distill/video-data';

/** How {@link openData} is to look at a path. */
export interface OpenDataOptions {
  /** What it holds; default: told by looking. */
  readonly as?: 'images' | 'videos';
  /** Where the paths of a list begin. */
  readonly root?: string;
  /** Names of the pictures in folders of frames. */
  readonly frameTemplate?: string;
  /** Classes that labels may name. */
  readonly classes?: number;
}

/** What a path holds. */
export type OpenedData =
  | { readonly kind: 'images'; readonly source: ImageSource }
  | { readonly kind: 'videos'; readonly source: ClipSource };

/** The first line of a list stands within so many bytes. */
const BEGINNING = 2 ** 16;
const VIDEO_LINE = new RegExp(`^[^#].*\\.(${VIDEO_EXTENSIONS.join('|')})(["'\\s,]|$)`, 'im');
const ARCHIVE = /\.(tar|tgz|tar\.\w+)$/i;

/**
 * Opens what a path names, images or videos. A list is of what its lines end like; a folder or an archive without images is one of videos.
 *
 * @throws InputError when it holds neither
 */
export async function openData(path: string, options: OpenDataOptions): Promise<OpenedData> {
  const { as, root, frameTemplate, classes } = options;
  const images = async (): Promise<OpenedData> => {
    return { kind: 'images', source: await openImageSource(path, { root, classes }) };
  };
  const videos = async (): Promise<OpenedData> => {
    return { kind: 'videos', source: await openClipSource(path, { root, classes, template: frameTemplate }) };
  };
  if (as !== undefined) return as === 'videos' ? videos() : images();
  if (await isVideoList(path)) return videos();
  try {
    return await images();
  } catch (error) {
    if (!(error instanceof InputError) || (await isList(path))) throw error;
    return videos().catch(() => {
      throw error;
    });
  }
}

async function isList(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && !ARCHIVE.test(path);
}

async function isVideoList(path: string): Promise<boolean> {
  if (!(await isList(path))) return false;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    return VIDEO_LINE.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}
