import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnreadableLocation } from '@masked-distill/image-data';
import type { FramesLocation } from '../readers/clip-reader.ts';
import { type NumberedFrames, numberedFrames } from './numbered-frames.ts';

/** The video that a folder of numbered pictures is, by what was found in it. */
export function framesLocation(folder: string, found: NumberedFrames): FramesLocation | UnreadableLocation {
  const { template, first, count, missing } = found;
  if (missing !== undefined) {
    return {
      kind: 'unreadable',
      reason: `picture ${missing} of ${first}..${first + count - 1} is missing in ${folder}`,
    };
  }
  return { kind: 'frames', folder, template, first, count };
}

/** Looks into a folder for the video that its numbered pictures are. */
export async function lookForFrames(folder: string): Promise<FramesLocation | UnreadableLocation> {
  const files = await readdir(folder).catch((error: Error) => error);
  if (files instanceof Error) return { kind: 'unreadable', reason: files.message };
  const found = numberedFrames(files);
  if (found === undefined) return { kind: 'unreadable', reason: `no numbered pictures in ${join(folder)}` };
  return framesLocation(folder, found);
}
