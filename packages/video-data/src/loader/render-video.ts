import { createRng } from '@masked-distill/base';
import {
  applyAugmentSteps,
  type Box,
  eraseInto,
  type ImageSize,
  type NormalizeTable,
  normalizeInto,
  type RgbImage,
} from '@masked-distill/image-data';
import { openPixels } from '@masked-distill/image-data/loading';
import { type Clip, clipFrame } from '../clip.ts';
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
  for (const [repeat, { from, window, steps, erased }] of plan.crops.entries()) {
    const start = (position * repeats + repeat) * cropLength;
    for (let frame = 0; frame < sampling.frames; frame++) {
      const image = applyAugmentSteps(
        await cutFrame(clip, { frame: from + frame, window, size: [height, width] }),
        steps,
      );
      normalizeInto(task.out, image, { offset: start + frame * frameLength, table });
    }
    if (erased === undefined) continue;
    const rng = createRng(seed, 'erase', epoch, index, repeat);
    eraseInto(task.out.subarray(start, start + cropLength), { box: erased, size: transform.size, rng });
  }
}

/** A window of a frame at the size wanted, in memory of its own. */
async function cutFrame(
  clip: Clip,
  { frame, window, size: [height, width] }: { frame: number; window: Box; size: ImageSize },
): Promise<RgbImage> {
  const image = clipFrame(clip, frame);
  if (window.width !== width || window.height !== height) return openPixels(image).crop(window, { width, height });
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const from = ((window.top + y) * image.width + window.left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}
