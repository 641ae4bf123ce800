import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '@masked-distill/base/files';
import { type StreamedTensor, tensorData, type WritableTensors, writeSafetensors } from '@masked-distill/tensor-core';
import { npyHeader } from '../npy/npy-header.ts';

/** Whose features a row holds. */
export interface FeatureRow {
  /** Name of the sample. */
  readonly key: string;
  /** Its class, where it has one. */
  readonly label?: number;
  /** Of a window: its first frame, the one after its last, and when they are shown. */
  readonly startFrame?: number;
  readonly endFrame?: number;
  readonly startSeconds?: number;
  readonly endSeconds?: number;
}

/** What stands beside the features. */
export interface FeatureFacts {
  /** Where they are from, and which they are. */
  readonly [name: string]: unknown;
}

/** A file of features that is written row by row; it appears once it is complete. */
export interface FeatureFile {
  /** Adds rows. */
  append(values: Float32Array, rows: readonly FeatureRow[]): Promise<void>;
  /** Puts the file, with the names of its rows, in its place. */
  finish(facts: FeatureFacts): Promise<void>;
  /** Removes what was written so far, unless it was finished. */
  discard(): Promise<void>;
}

/** Where the names of the rows of an `.npy` stand. */
export const namesFile = (path: string): string => path.replace(/\.npy$/i, '.json');

/** Begins a file of features, of which memory holds the names alone. `rowShape` is that of one row. */
export async function createFeatureFile(path: string, rowShape: readonly number[]): Promise<FeatureFile> {
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(part, 'w');
  const names: FeatureRow[] = [];
  const body = () => createReadStream(part, { highWaterMark: 2 ** 20 }) as AsyncIterable<Uint8Array>;

  async function* asNpy() {
    yield npyHeader([names.length, ...rowShape]);
    yield* body();
  }

  return {
    async append(values, rows) {
      await file.appendFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      names.push(...rows);
    },
    async finish(facts) {
      await file.close();
      const shape = [names.length, ...rowShape];
      if (/\.npy$/i.test(path)) {
        await writeFileAtomic(namesFile(path), describeRows({ ...facts, shape }, names));
        await writeFileAtomic(path, asNpy());
      } else {
        const metadata = { features: JSON.stringify(facts), rows: JSON.stringify(names) };
        await writeSafetensors(path, tensorsOf({ dtype: 'F32', shape, chunks: body }, names), { metadata });
      }
      await rm(part);
    },
    async discard() {
      await file.close().catch(() => {});
      await rm(part, { force: true });
    },
  };
}

function tensorsOf(features: StreamedTensor, rows: readonly FeatureRow[]): WritableTensors {
  const tensors = new Map<string, StreamedTensor | ReturnType<typeof tensorData>>([['features', features]]);
  if (rows.every(({ label }) => label !== undefined)) {
    const labels = Int32Array.from(rows, ({ label }) => label!);
    tensors.set('labels', tensorData(labels, [labels.length]));
  }
  return tensors;
}

/** JSON with a line for each row. */
function describeRows(facts: FeatureFacts, rows: readonly FeatureRow[]): string {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  return `${JSON.stringify(facts, null, 2).slice(0, -2)},\n  "rows": [\n${lines}\n  ]\n}\n`;
}
