/** The entry of an image worker. */
import sharp from 'sharp';
import { createImageRunner } from './loader/run-task.ts';
import { serveTasks } from './loader/serve-tasks.ts';

// Workers are the parallelism; sharp's own threads and its cache would only compete with them. Both settings hold for the process.
sharp.concurrency(1);
sharp.cache(false);

serveTasks(createImageRunner);
