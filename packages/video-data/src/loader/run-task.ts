import { createNormalizeTable } from '@masked-distill/image-data';
import type { RenderFailure, TaskRunner } from '@masked-distill/image-data/loading';
import { UnreadableVideo } from '../errors.ts';
import { renderVideo } from './render-video.ts';
import { createSampleReader, type SampleReader } from './sample-reader.ts';
import type { RenderTask, Task, TaskResults } from './task.ts';

/** Makes what carries out tasks on videos. All tasks of a pool read with the same options, so that one reader serves them. */
export function createClipRunner(): TaskRunner<Task, TaskResults> {
  let opened: SampleReader | undefined;
  return {
    async run(task) {
      opened ??= createSampleReader(task.reader);
      return runRender(task, opened);
    },
    async close() {
      await opened?.close();
    },
  };
}

async function runRender(task: RenderTask, reader: SampleReader): Promise<RenderFailure[]> {
  const failures: RenderFailure[] = [];
  const table = createNormalizeTable(task.transform.mean, task.transform.std);
  for (const item of task.items) {
    const reason = await reasonOf(() => renderVideo(item, { task, reader, table }));
    if (reason !== undefined) failures.push({ position: item.position, reason });
  }
  return failures;
}

/** Why the video is unreadable, if it is. */
async function reasonOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableVideo) return error.reason;
    throw error;
  }
}
