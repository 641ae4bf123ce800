import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import type { RunFolder } from '@masked-distill/train';
import type { ResolvedWeights } from '../weights/resolve-weights.ts';

/** What a run remembers of its teacher, to know it again when it goes on. */
interface TeacherRecord {
  teacher: string;
  fingerprint: string;
}

/**
 * Writes down at the start of a run which weights its teacher has (`teacher.json`); when it goes on, compares.
 *
 * @throws InputError when the weights are not those of the start, since the run could not go on as it began
 */
export async function recordTeacher(run: RunFolder, weights: ResolvedWeights): Promise<void> {
  const path = join(run.path, 'teacher.json');
  const now: TeacherRecord = { teacher: weights.description, fingerprint: await weights.fingerprint() };
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return writeFileAtomic(path, `${JSON.stringify(now, null, 2)}\n`);
  const then = JSON.parse(text) as TeacherRecord;
  if (then.fingerprint === now.fingerprint) return;
  throw new InputError(
    `resume: ${now.teacher} is another teacher than when ${run.path} began (${then.teacher} then); bring the old one back or start a new run`,
  );
}
