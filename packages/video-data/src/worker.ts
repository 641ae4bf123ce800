/** The entry of a video worker. */
import { serveTasks, useOneSharpThread } from '@masked-distill/image-data/loading';
import { createClipRunner } from './loader/run-task.ts';

useOneSharpThread();
serveTasks(createClipRunner);
