import { readFile, statfs } from 'node:fs/promises';
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
    instructions: await instructionSets(),
    cores: availableParallelism(),
    platform: `${platform()} ${arch()}`,
    memory,
    freeMemory: Math.min(process.availableMemory(), memory),
    folder,
    freeDisk: bavail * bsize,
  };
}

/** The vector units that matrix products run on, as Linux names them. */
const VECTOR_UNITS: readonly string[] = [
  ...['avx', 'avx2', 'fma', 'avx512f', 'avx_vnni', 'avx512_vnni', 'avx512_bf16', 'amx_int8', 'amx_bf16'],
  ...['asimd', 'asimdhp', 'asimddp', 'sve', 'i8mm', 'bf16'],
];

/** Only Linux says it in a file. */
async function instructionSets(): Promise<string[]> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return findInstructions(text);
}

/** The vector units that a text such as `/proc/cpuinfo` names. */
export function findInstructions(cpuinfo: string): string[] {
  const words = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(/\s+/));
  return VECTOR_UNITS.filter((name) => words.has(name));
}
