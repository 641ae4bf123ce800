import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '@masked-distill/base';
import { NPY_HEADER_BYTES, npyHeader } from './npy-header.ts';

/** A NumPy file that grows row by row, and goes on where it was when its writer was killed. */
export interface NpyRows {
  /** Whole rows that are there. */
  readonly done: number;
  /** Adds rows, and flushes them to the disk. */
  append(rows: Float32Array): Promise<void>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/** What a {@link NpyRows} is to become. */
export interface NpyShape {
  /** Number of rows once it is complete. */
  readonly rows: number;
  /** Shape of one row. */
  readonly rowShape: readonly number[];
}

const rowBytes = ({ rowShape }: NpyShape) => 4 * rowShape.reduce((a, b) => a * b, 1);
const headerOf = ({ rows, rowShape }: NpyShape) => npyHeader([rows, ...rowShape]);

/**
 * Opens a file for writing; what a killed writer left of a row is cut off.
 *
 * @throws InputError when a file of another shape stands there
 */
export async function openNpyRows(path: string, shape: NpyShape): Promise<NpyRows> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    // Less than a header is what is left of one that was being written.
    if (size < NPY_HEADER_BYTES) {
      await file.truncate(0);
      await file.write(headerOf(shape));
    } else await checkHeader(file, { path, shape });
    let done = Math.min(shape.rows, Math.max(0, Math.floor((size - NPY_HEADER_BYTES) / rowBytes(shape))));
    await file.truncate(NPY_HEADER_BYTES + done * rowBytes(shape));
    return {
      get done() {
        return done;
      },
      async append(rows) {
        await file.appendFile(bytesOf(rows));
        await file.datasync();
        done += (rows.length * 4) / rowBytes(shape);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a complete file, some rows at a time.
 *
 * @param chunk rows at a time; default as many as make about 16 MiB
 * @throws InputError when the file is not there, of another shape, or not complete
 */
export async function* readNpyRows(
  path: string,
  shape: NpyShape,
  chunk = Math.max(1, Math.floor(2 ** 24 / rowBytes(shape))),
): AsyncGenerator<{ first: number; rows: Float32Array }> {
  const file = await open(path, 'r').catch(() => {
    throw new InputError(`npy: there is no ${path}; it belongs beside its results.json`);
  });
  try {
    await checkHeader(file, { path, shape });
    for (let first = 0; first < shape.rows; first += chunk) {
      const count = Math.min(chunk, shape.rows - first);
      const rows = new Float32Array((count * rowBytes(shape)) / 4);
      const position = NPY_HEADER_BYTES + first * rowBytes(shape);
      const { bytesRead } = await file.read(bytesOf(rows), { position });
      if (bytesRead < rows.byteLength) throw new InputError(`npy: ${path} ends early; run the evaluation to its end`);
      yield { first, rows };
    }
  } finally {
    await file.close();
  }
}

async function checkHeader(file: FileHandle, { path, shape }: { path: string; shape: NpyShape }): Promise<void> {
  const found = new Uint8Array(NPY_HEADER_BYTES);
  await file.read(found, { position: 0 });
  if (Buffer.compare(found, headerOf(shape)) === 0) return;
  throw new InputError(`npy: ${path} is not of shape (${[shape.rows, ...shape.rowShape].join(', ')}); remove it`);
}

const bytesOf = (rows: Float32Array) => new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
