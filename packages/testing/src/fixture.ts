import { readFileSync } from 'node:fs';
import { sharedPath } from './shared-folder.ts';

/** A tensor of reference numbers. */
export interface FixtureTensor {
  /** Extent of each axis. */
  shape: number[];
  /** The elements, row-major. */
  values: Float32Array | Int32Array | Uint8Array;
}

/** Reference numbers computed by the official PyTorch code. */
export interface Fixture {
  /** What the fixture's JSON file says: configuration, seeds, traces. */
  // biome-ignore lint/suspicious/noExplicitAny: each fixture has its own shape
  facts: any;
  /** A tensor by its name; throws if there is none. */
  tensor(name: string): FixtureTensor;
  /** All tensors whose name begins so, with that beginning taken off. */
  below(prefix: string): Map<string, FixtureTensor>;
}

/** Reads `shared/fixtures/<name>.safetensors` and `.json`, by a reader of its own that owes nothing to the one under test. */
export function readFixture(name: string): Fixture {
  const file = readFileSync(sharedPath(`fixtures/${name}.safetensors`));
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes)) as Record<string, Entry>;
  const tensor = (key: string): FixtureTensor => {
    const entry = header[key];
    if (!entry) throw new Error(`fixture ${name} has no tensor ${key}`);
    const [start, end] = entry.data_offsets;
    const bytes = Uint8Array.from(file.subarray(8 + headerBytes + start, 8 + headerBytes + end)).buffer;
    const arrays = { F32: Float32Array, I32: Int32Array, U8: Uint8Array };
    return { shape: entry.shape, values: new arrays[entry.dtype](bytes) };
  };
  return {
    facts: JSON.parse(readFileSync(sharedPath(`fixtures/${name}.json`), 'utf8')),
    tensor,
    below: (prefix) =>
      new Map(
        Object.keys(header)
          .filter((key) => key.startsWith(prefix))
          .map((key) => [key.slice(prefix.length), tensor(key)]),
      ),
  };
}

interface Entry {
  dtype: 'F32' | 'I32' | 'U8';
  shape: number[];
  data_offsets: [number, number];
}
