import type { RenderFailure, TaskOf, TaskRunner } from '@masked-distill/image-data/loading';
import { UnreadableVideo } from '../errors.ts';
import { type RenderContext, renderVideo } from './render-video.ts';
import { createSampleReader, type SampleReader } from './sample-reader.ts';
import type { InspectResult, InspectTask, RenderTask, Task, TaskResults, VideoPart } from './task.ts';
import { extentOf } from './video-extent.ts';

type Kind = Task['kind'];

/** What tasks are carried out with. */
type Means = Omit<RenderContext, 'task'>;

const HANDLERS: { [K in Kind]: (task: TaskOf<Task, K>, means: Means) => Promise<TaskResults[K]> } = {
  render: runRender,
  inspect: runInspect,
};

/**
 * Makes what carries out tasks on videos, one after the other. All tasks of a pool read with the same options, so that one reader serves
 * them.
 */
export function createClipRunner(): TaskRunner<Task, TaskResults> {
  let reader: SampleReader | undefined;
  let kept = new Uint8Array(0);
  const memory = (bytes: number) => {
    if (kept.length < bytes) kept = new Uint8Array(bytes);
    return kept;
  };
  return {
    async run<K extends Kind>(task: TaskOf<Task, K>) {
      reader ??= createSampleReader(task.reader);
      return HANDLERS[task.kind as K](task, { reader, memory });
    },
    async close() {
      await reader?.close();
    },
  };
}

async function runRender(task: RenderTask, means: Means): Promise<RenderFailure[]> {
  const failures: RenderFailure[] = [];
  for (const item of task.items) {
    const reason = await reasonOf(() => renderVideo(item, { task, ...means }));
    if (typeof reason === 'string') failures.push({ position: item.position, reason });
  }
  return failures;
}

/** Frames that are only looked at are decoded to a small size: what counts is whether they decode. */
const LOOK_SIZE = [32, 32] as const;

async function runInspect(task: InspectTask, { reader }: Means): Promise<InspectResult[]> {
  const results: InspectResult[] = [];
  for (const part of task.parts) {
    const result = await reasonOf(() => inspectVideo(part, { reader, frames: task.frames }));
    results.push(typeof result === 'string' ? { reason: result } : result);
  }
  return results;
}

/** Decodes frames evenly spaced over a video, its first and last among them. */
async function inspectVideo(part: VideoPart, { reader, frames }: { reader: SampleReader; frames: number }) {
  const info = await reader.probe(part.location);
  const { start, length } = extentOf(part, info);
  const count = Math.min(frames, length);
  const at = (k: number) => start + (count === 1 ? 0 : Math.round((k * (length - 1)) / (count - 1)));
  await reader.read(part.location, { frames: Array.from({ length: count }, (_, k) => at(k)), size: LOOK_SIZE });
  return info;
}

/** The result, or the reason why the video is unreadable. */
async function reasonOf<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableVideo) return error.reason;
    throw error;
  }
}
