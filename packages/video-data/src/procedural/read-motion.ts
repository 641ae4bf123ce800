import { openPixels } from '@masked-distill/image-data/loading';
import { type Clip, clipFrame } from '../clip.ts';
import { createClipAssembly } from '../readers/clip-assembly.ts';
import type { ClipInfo, ClipRequest } from '../readers/clip-reader.ts';
import type { ClipLocation } from '../sources/clip-source.ts';
import type { ActionLocation } from './action-spec.ts';
import type { MotionLocation } from './motion-spec.ts';
import { renderActions } from './procedural-actions.ts';
import { renderMotion } from './render-motion.ts';

/** A video that is drawn. */
export type DrawnLocation = MotionLocation | ActionLocation;

/** Whether a video is drawn rather than read. */
export const isDrawn = (location: ClipLocation): location is DrawnLocation =>
  location.kind === 'procedural' || location.kind === 'procedural-actions';

/** What a reader would tell of a procedural video. */
export function probeMotion({ spec }: DrawnLocation): ClipInfo {
  const [height, width] = spec.size;
  const { frames } = spec;
  return { frames, width, height, framesPerSecond: 0, seconds: 0, codec: 'procedural', rotation: 0 };
}

/** Draws frames of a procedural video, as a reader would decode them. */
export async function readMotion(location: DrawnLocation, request: ClipRequest): Promise<Clip> {
  const { spec, index } = location;
  const assembly = createClipAssembly(request, { frames: spec.frames, stored: spec.size });
  const frames = { frames: assembly.wanted };
  const clip =
    location.kind === 'procedural' ? renderMotion(location.spec, index, frames) : renderActions(spec, index, frames);
  for (const [position, frame] of assembly.wanted.entries()) {
    const drawn = openPixels(clipFrame(clip, position));
    for (const [crop, memory] of assembly.place(frame).entries()) {
      memory.set((await drawn.crop(assembly.crops[crop]!, assembly)).data);
    }
  }
  return assembly.finish();
}
