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
  const size = { width: assembly.width, height: assembly.height };
  const isWhole = size.width === clip.width && size.height === clip.height;
  const box = { left: 0, top: 0, width: clip.width, height: clip.height };
  for (const [position, frame] of assembly.wanted.entries()) {
    const drawn = clipFrame(clip, position);
    assembly.place(frame).set((isWhole ? drawn : await openPixels(drawn).crop(box, size)).data);
  }
  return assembly.finish();
}
