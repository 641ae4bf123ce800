import { openPixels } from '@masked-distill/image-data/loading';
import { type Clip, clipFrame } from '../clip.ts';
import { createClipAssembly } from '../readers/clip-assembly.ts';
import type { ClipInfo, ClipRequest } from '../readers/clip-reader.ts';
import type { MotionLocation } from './motion-spec.ts';
import { renderMotion } from './render-motion.ts';

/** What a reader would tell of a video of procedural motion. */
export function probeMotion({ spec }: MotionLocation): ClipInfo {
  const [height, width] = spec.size;
  const { frames } = spec;
  return { frames, width, height, framesPerSecond: 0, seconds: 0, codec: 'procedural', rotation: 0 };
}

/** Draws frames of a video of procedural motion, as a reader would decode them. */
export async function readMotion({ spec, index }: MotionLocation, request: ClipRequest): Promise<Clip> {
  const assembly = createClipAssembly(request, { frames: spec.frames, stored: spec.size });
  const clip = renderMotion(spec, index, { frames: assembly.wanted });
  const size = { width: assembly.width, height: assembly.height };
  const isWhole = size.width === clip.width && size.height === clip.height;
  const box = { left: 0, top: 0, width: clip.width, height: clip.height };
  for (const [position, frame] of assembly.wanted.entries()) {
    const drawn = clipFrame(clip, position);
    assembly.place(frame).set((isWhole ? drawn : await openPixels(drawn).crop(box, size)).data);
  }
  return assembly.finish();
}
