import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { RunFolder } from '@masked-distill/train';

/** What a run remembers of its images or videos, to know them again when it goes on. */
interface DataRecord {
  source: string;
  images: number;
  fingerprint: string;
}

/**
 * Writes down at the start of a run which images or videos it sees (`data.json`); when it goes on, compares.
 *
 * @throws InputError when they are not those of the start, since the run could not go on as it began
 */
export async function recordData(run: RunFolder, source: SampleSource<SourceSample>): Promise<void> {
  const path = join(run.path, 'data.json');
  const now: DataRecord = { source: source.name, images: source.length, fingerprint: await source.fingerprint() };
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return writeFileAtomic(path, `${JSON.stringify(now, null, 2)}\n`);
  const then = JSON.parse(text) as DataRecord;
  if (then.fingerprint === now.fingerprint) return;
  throw new InputError(
    `resume: ${now.source} holds other ${source.noun ?? 'images'} than when ${run.path} began (${then.images} in ${then.source} then, ${now.images} now); ` +
      'bring the old ones back or start a new run',
  );
}
