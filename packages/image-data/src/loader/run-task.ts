import { crc32 } from 'node:zlib';
import { createRng } from '@masked-distill/base';
import { createNormalizeTable, normalizeInto } from '../augment/normalize.ts';
import { drawErasing, eraseInto } from '../augment/random-erasing.ts';
import { decodeImage, formatOf } from '../decode/decode-image.ts';
import { type ByteReader, createByteReader } from '../decode/read-bytes.ts';
import { UnreadableImage } from '../errors.ts';
import { decodeSample, isEncoded, openSample, readEncoded } from '../samples/open-sample.ts';
import { openPixels } from '../samples/picture.ts';
import { renderCrop } from '../samples/render-crop.ts';
import type { SampleLocation } from '../sources/image-source.ts';
import type {
  DecodeLimits,
  InspectResult,
  InspectTask,
  RenderItem,
  RenderTask,
  ShrinkResult,
  ShrinkTask,
  Task,
  TaskResults,
} from './task.ts';
import type { RenderFailure, TaskOf, TaskRunner } from './tasks.ts';

type Kind = Task['kind'];

const HANDLERS: { [K in Kind]: (task: TaskOf<Task, K>, reader: ByteReader) => Promise<TaskResults[K]> } = {
  render: runRender,
  inspect: runInspect,
  shrink: runShrink,
};

/** Makes what carries out tasks on pictures. It keeps the archives last used open. */
export function createImageRunner(): TaskRunner<Task, TaskResults> {
  const reader = createByteReader();
  return {
    run: <K extends Kind>(task: TaskOf<Task, K>) => HANDLERS[task.kind as K](task, reader),
    close: () => reader.close(),
  };
}

async function runRender(task: RenderTask, reader: ByteReader): Promise<RenderFailure[]> {
  const failures: RenderFailure[] = [];
  const table = createNormalizeTable(task.transform.mean, task.transform.std);
  for (const item of task.items) {
    const reason = await reasonOf(() => renderItem(item, { task, reader, table }));
    if (typeof reason === 'string') failures.push({ position: item.position, reason });
  }
  return failures;
}

async function renderItem(
  item: RenderItem,
  context: { task: RenderTask; reader: ByteReader; table: ReturnType<typeof createNormalizeTable> },
): Promise<void> {
  const { task, reader, table } = context;
  const { transform, seed, epoch, repeats, out } = task;
  const [height, width] = transform.size;
  const picture = await openSample(item.location, { ...task.decode, reader, isReused: repeats > 1 });
  for (let repeat = 0; repeat < repeats; repeat++) {
    const crop = await renderCrop(picture, transform, { seed, epoch, index: item.index, repeat });
    const values = height * width * 3;
    const offset = (item.position * repeats + repeat) * values;
    normalizeInto(out, crop, { offset, table });
    if (transform.kind === 'eval' || transform.erasing === undefined) continue;
    const rng = createRng(seed, 'erase', epoch, item.index, repeat);
    const box = drawErasing(transform.size, { ...transform.erasing, rng });
    if (box) eraseInto(out.subarray(offset, offset + values), { box, size: transform.size, rng });
  }
}

async function runInspect(task: InspectTask, reader: ByteReader): Promise<InspectResult[]> {
  const results: InspectResult[] = [];
  for (const location of task.locations) {
    const result = await reasonOf(() => inspectOne(location, task.decode, reader));
    results.push(typeof result === 'string' ? { reason: result } : result);
  }
  return results;
}

async function inspectOne(location: SampleLocation, decode: DecodeLimits, reader: ByteReader) {
  if (!isEncoded(location)) {
    const { width, height } = await decodeSample(location, { ...decode, reader });
    return { format: 'pixels' as const, width, height };
  }
  const bytes = readEncoded(location, reader);
  const { width, height } = await decodeImage(bytes, decode);
  return { format: formatOf(bytes), width, height };
}

async function runShrink(task: ShrinkTask, reader: ByteReader): Promise<ShrinkResult> {
  const result = await reasonOf(async () => {
    const image = await decodeSample(task.location, { ...task.decode, reader });
    const scale = Math.min(1, task.shortSide / Math.min(image.width, image.height));
    if (scale === 1) return image;
    return openPixels(image).crop(
      { left: 0, top: 0, width: image.width, height: image.height },
      { width: Math.round(image.width * scale), height: Math.round(image.height * scale) },
    );
  });
  return typeof result === 'string' ? { reason: result } : { ...result, crc: crc32(result.data) };
}

/** The result, or the reason why the picture is unreadable. */
async function reasonOf<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableImage) return error.reason;
    throw error;
  }
}
