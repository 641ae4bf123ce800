import { drawFrameTable } from './drawn-table.ts';
import type { FrameTable, FrameTableOptions } from './frame-table.ts';
import { readFrameTable } from './read-frame-table.ts';

const PROCEDURAL = /^procedural-actions:(\d{1,7})(?::(\d{1,9}))?$/;

/**
 * Opens a table of AVA; `procedural-actions:<count>[:<seed>]` draws videos that need none.
 *
 * @throws InputError when it can't be read, or has no box
 */
export async function openFrameTable(path: string, options: FrameTableOptions): Promise<FrameTable> {
  const procedural = PROCEDURAL.exec(path);
  if (!procedural) return readFrameTable(path, options);
  return drawFrameTable({ length: Number(procedural[1]), seed: Number(procedural[2] ?? 0) }, options);
}
