import { resolve } from 'node:path';
import type { FileLocation, RangeLocation } from '@masked-distill/image-data';

/** How FFmpeg is told where a video is. Whatever the file's name looks like, it is taken for a name and no option or protocol. */
export function videoUrl(video: FileLocation | RangeLocation): string {
  const file = `file:${resolve(video.path)}`;
  if (video.kind === 'file') return file;
  return `subfile,,start,${video.offset},end,${video.offset + video.length},,:${file}`;
}
