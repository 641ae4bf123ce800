import { createRng } from '@masked-distill/base';
import { applyAugmentSteps, eraseInto, normalizeInto } from '@masked-distill/image-data';
import { clipFrame } from '../clip.ts';
import { planCrops } from './plan-crops.ts';
import type { SampleReader } from './sample-reader.ts';
import type { RenderItem, RenderTask } from './task.ts';

/** What videos are rendered with. */
export interface RenderContext {
  /** What is to be done. */
  readonly task: RenderTask;
  /** What reads. */
  readonly reader: SampleReader;
  /** Gives memory for the pixels of one video, the same for the next: to get fresh pages takes longer than to write to them. */
  readonly memory: (bytes: number) => Uint8Array;
}

/**
 * Makes all crops of a video, which is decoded once, and writes them where they belong in the batch.
 *
 * @throws UnreadableVideo saying why not
 */
export async function renderVideo(item: RenderItem, { task, reader, memory }: RenderContext): Promise<void> {
  const { transform, table, sampling, seed, repeats, epoch, lenient } = task;
  const { index, part, position } = item;
  const { size } = transform;
  const { frames, boxes, crops } = planCrops({ info: await reader.probe(part.location), part }, task, { epoch, index });
  const frameLength = size[0] * size[1] * 3;
  const into = memory(boxes.length * frames.length * frameLength);
  const clip = await reader.read(part.location, { frames, crops: boxes, size, lenient, into });
  const cropLength = sampling.frames * frameLength;
  for (const [crop, { from, steps, erased }] of crops.entries()) {
    const start = (position * repeats + crop) * cropLength;
    for (let frame = 0; frame < sampling.frames; frame++) {
      const image = applyAugmentSteps(clipFrame(clip, from + frame), steps);
      normalizeInto(task.out, image, { offset: start + frame * frameLength, table });
    }
    if (erased === undefined) continue;
    const rng = createRng(seed, 'erase', epoch, index, crop);
    eraseInto(task.out.subarray(start, start + cropLength), { box: erased, size, rng });
  }
}
