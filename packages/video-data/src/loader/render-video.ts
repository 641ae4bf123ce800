import { createRng } from '@masked-distill/base';
import {
  applyAugmentSteps,
  type Box,
  eraseInto,
  type ImageSize,
  type NormalizeTable,
  normalizeInto,
  type RgbImage,
  resizeBicubic,
} from '@masked-distill/image-data';
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
  const plan = planCrops({ info: await reader.probe(part.location), part }, task, { epoch, index });
  const clip = await reader.read(part.location, { frames: plan.frames, size: plan.decoded, lenient });
  const [height, width] = transform.size;
  const [frameLength, cropLength] = [height * width * 3, sampling.frames * height * width * 3];
  const scratch = new Uint8Array(frameLength);
  for (const [repeat, { from, window, steps, erased }] of plan.crops.entries()) {
    const start = (position * repeats + repeat) * cropLength;
    for (let frame = 0; frame < sampling.frames; frame++) {
      const cut = cutFrame(clipFrame(clip, from + frame), { window, size: transform.size, scratch });
      normalizeInto(task.out, applyAugmentSteps(cut, steps), { offset: start + frame * frameLength, table });
    }
    if (erased === undefined) continue;
    const rng = createRng(seed, 'erase', epoch, index, repeat);
    eraseInto(task.out.subarray(start, start + cropLength), { box: erased, size: transform.size, rng });
  }
}

/** A window of a frame at the size wanted, in memory that may be changed: `scratch`, where nothing has to be resized. */
function cutFrame(
  image: RgbImage,
  { window, size: [height, width], scratch }: { window: Box; size: ImageSize; scratch: Uint8Array },
): RgbImage {
  if (window.width !== width || window.height !== height) return resizeBicubic(image, window, { width, height });
  for (let y = 0; y < height; y++) {
    const from = ((window.top + y) * image.width + window.left) * 3;
    scratch.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data: scratch, width, height };
}
