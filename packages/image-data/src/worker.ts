/** The entry of an image worker. */
import { useOneSharpThread } from './loader/one-sharp-thread.ts';
import { createImageRunner } from './loader/run-task.ts';
import { serveTasks } from './loader/serve-tasks.ts';

useOneSharpThread();
serveTasks(createImageRunner);
