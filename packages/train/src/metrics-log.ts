import { appendFile, readFile } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';

/** One line of `metrics.jsonl`, as it is read. A number that was not finite is null, for JSON has no NaN. */
export interface MetricsRow {
  /** The step that the row is about. */
  step: number;
  /** What was measured, under its name. */
  [name: string]: number | string | null;
}

/**
 * The log of a run: one JSON object a line, in the order of the steps. Each line is handed to the system at once, so that a killed
 * process loses no more than the line it was writing.
 */
export class MetricsLog {
  /** Where the log stands. */
  readonly path: string;

  /** @param path the file, which is made at the first row */
  constructor(path: string) {
    this.path = path;
  }

  /**
   * Adds a row.
   *
   * @param row numbers and texts by name, the step among them
   * @throws the system's error when the disk is full
   */
  async append(row: Readonly<{ step: number }>): Promise<void> {
    await appendFile(this.path, `${JSON.stringify(row)}\n`);
  }

  /**
   * Drops what was logged after `step`, and what was torn by a kill: a run that goes on from a checkpoint then writes the file that an
   * unbroken run would have written. Lines that stay are left as they are.
   *
   * @throws MaskedDistillError when the file can't be replaced; it is then as before
   */
  async truncateAfter(step: number): Promise<void> {
    const text = await readIfThere(this.path);
    const kept = linesOf(text).filter((line) => {
      const row = parseRow(line);
      return row !== undefined && row.step <= step;
    });
    const result = kept.map((line) => `${line}\n`).join('');
    if (result !== text) await writeFileAtomic(this.path, result);
  }
}

/**
 * Reads a run's `metrics.jsonl`; a last line that was torn by a kill is left out.
 *
 * @throws InputError when there is no such file, or another line is no row
 */
export async function readMetrics(path: string): Promise<MetricsRow[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new InputError(`metrics: ${path} can't be read (${cause.message})`, { cause });
  });
  return linesOf(text).map(
    (line, i) =>
      parseRow(line) ?? fail(`metrics: ${path} line ${i + 1} is no JSON object with a step; remove the line`),
  );
}

/** Whole lines; what follows the last line feed was never finished. */
function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function parseRow(line: string): MetricsRow | undefined {
  try {
    const row = JSON.parse(line) as MetricsRow | null;
    return typeof row?.step === 'number' ? row : undefined;
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

function fail(message: string): never {
  throw new InputError(message);
}
