import { createRng } from '@masked-distill/base';
import { applyAugmentSteps, eraseInto, type NormalizeTable, normalizeInto } from '@masked-distill/image-data';
import { clipFrame } from '../clip.ts';
import { planCrops } from './plan-crops.ts';
import type { SampleReader } from './sample-reader.ts';
import type { RenderItem, RenderTask } from './task.ts';

/**
 * Makes all crops of a video, which is decoded once, and writes them where they belong in the batch.
 *
 * @throws UnreadableVideo saying why not
 */
export async function renderVideo(
  item: RenderItem,
  { task, reader, table }: { task: RenderTask; reader: SampleReader; table: NormalizeTable },
): Promise<void> {
  const { transform, sampling, seed, repeats, epoch, lenient } = task;
  const { index, part, position } = item;
  const { size } = transform;
  const { frames, boxes, crops } = planCrops({ info: await reader.probe(part.location), part }, task, { epoch, index });
  const clip = await reader.read(part.location, { frames, crops: boxes, size, lenient });
  const frameLength = size[0] * size[1] * 3;
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
