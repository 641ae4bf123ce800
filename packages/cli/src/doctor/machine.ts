import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import type { Machine } from './doctor-report.ts';

/** Asks the system what this process runs on. */
export async function describeMachine(folder: string): Promise<Machine> {
  const { bavail, bsize } = await statfs(folder);
  // A container's limit; 0 or 2^64 where there is none.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const memory = Math.min(totalmem(), limit);
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    platform: `${platform()} ${arch()}`,
    memory,
    freeMemory: Math.min(process.availableMemory(), memory),
    folder,
    freeDisk: bavail * bsize,
  };
}
