import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of a run that holds its checkpoints. */
export const CHECKPOINTS = 'checkpoints';

/** Files of a run that name one of its checkpoints: text, since not every file system has links. */
export const POINTERS = ['last', 'best'] as const;

const FINISHED = /^step-(\d+)$/;
const UNFINISHED = /^\.step-\d+\.[0-9a-f]+\.tmp$/;
const REPLACED = /^\.(step-\d+)\.replaced$/;

/** A checkpoint folder of a run, whole or torn. */
export interface CheckpointFolder {
  /** Steps done. */
  step: number;
  /** The folder. */
  path: string;
}

/** The name under which the checkpoint of a step is written. */
export const unfinishedName = (step: number, unique: string) => `.step-${step}.${unique}.tmp`;

/** The name under which a checkpoint stands by while another of the same step takes its place. */
export const replacedName = (step: number) => `.step-${step}.replaced`;

/** The checkpoint folders of a run, newest first. */
export async function listCheckpoints(run: string): Promise<CheckpointFolder[]> {
  const steps = (await entries(run)).map((name) => FINISHED.exec(name)?.[1]).filter((step) => step !== undefined);
  return steps
    .map(Number)
    .sort((a, b) => b - a)
    .map((step) => ({ step, path: join(run, CHECKPOINTS, `step-${step}`) }));
}

/** The checkpoint folder that `last` or `best` names; it may be gone. */
export async function readPointer(run: string, pointer: (typeof POINTERS)[number]): Promise<string | undefined> {
  const text = await readFile(join(run, pointer), 'utf8').catch(() => '');
  return parsePointer(run, text);
}

/** The folder that the text of a pointer names. */
export function parsePointer(run: string, text: string): string | undefined {
  const name = /^checkpoints\/(step-\d+)\n?$/.exec(text)?.[1];
  return name === undefined ? undefined : join(run, CHECKPOINTS, name);
}

/** Clears away what a killed process left: checkpoints half written, or half replaced (of which the old one is put back). */
export async function clearLeftovers(run: string): Promise<void> {
  const folder = join(run, CHECKPOINTS);
  const names = await entries(run);
  for (const name of names) {
    const replaced = REPLACED.exec(name)?.[1];
    if (replaced !== undefined && !names.includes(replaced)) await rename(join(folder, name), join(folder, replaced));
    else if (replaced !== undefined || UNFINISHED.test(name))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function entries(run: string): Promise<string[]> {
  return readdir(join(run, CHECKPOINTS)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}
