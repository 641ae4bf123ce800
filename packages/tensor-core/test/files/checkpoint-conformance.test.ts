import { InputError } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/files/byte-source.ts';
import { dtypeBytes } from '../../src/files/dtypes.ts';
import { type Dtype, elementCount, encodeSafetensors, readTensors, type TensorData } from '../../src/files/index.ts';
import { openCheckpointSource } from '../../src/files/open-checkpoint.ts';
import { STORAGES, stateDict, torchLegacy, torchZip } from './build-torch.ts';

type Encode = (tensors: ReadonlyMap<string, TensorData>) => Promise<Uint8Array>;

const bytesOf = (storages: Readonly<Record<string, { bytes: Uint8Array }>>) =>
  Object.fromEntries(Object.entries(storages).map(([key, { bytes }]) => [key, bytes]));

const formats: Readonly<Record<string, Encode>> = {
  safetensors: async (tensors) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of encodeSafetensors(tensors)) chunks.push(chunk);
    return Buffer.concat(chunks);
  },
  'torch-zip': async (tensors) => {
    const { content, storages } = stateDict(tensors);
    return torchZip(content, bytesOf(storages));
  },
  'torch-zip, packed, zip64': async (tensors) => {
    const { content, storages } = stateDict(tensors);
    return torchZip(content, bytesOf(storages), { zip64: true, each: { deflate: true } });
  },
  'torch-legacy': async (tensors) => {
    const { content, storages } = stateDict(tensors, { legacy: true });
    return torchLegacy(content, storages);
  },
};

const anyTensor: fc.Arbitrary<TensorData> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(STORAGES) as Dtype[])),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
  })
  .chain(({ dtype, shape }) => {
    const size = elementCount(shape) * dtypeBytes(dtype);
    return fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => ({ dtype, shape, bytes }));
  });
const anyTensors = fc
  .uniqueArray(fc.tuple(fc.string({ minLength: 1 }), anyTensor), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 5,
  })
  .map((pairs) => new Map(pairs));

const open = (bytes: Uint8Array) => openCheckpointSource(memorySource(bytes, 'x'));
const sorted = (tensors: ReadonlyMap<string, TensorData>) => [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));

/** Reads all of a file that may be damaged; only an InputError may come of it. */
async function readDamaged(bytes: Uint8Array): Promise<ReadonlyMap<string, TensorData> | InputError> {
  try {
    return await readTensors((await open(bytes)).tensors);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    return error as InputError;
  }
}

const withFlippedBit = (bytes: Uint8Array, at: number, bit: number) => {
  const copy = Uint8Array.from(bytes);
  copy[at % copy.length]! ^= 1 << bit;
  return copy;
};

describe.each(Object.entries(formats))('%s', (format, encode) => {
  it('gives back every tensor bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, async (tensors) => {
        const file = await open(await encode(tensors));
        expect(file.format).toBe(format.split(',')[0]);
        expect(sorted(await readTensors(file.tensors))).toEqual(sorted(tensors));
      }),
    );
  });

  it('cut off anywhere, is refused', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, fc.nat(), async (tensors, cut) => {
        const bytes = await encode(tensors);
        expect(await readDamaged(bytes.subarray(0, cut % bytes.length))).toBeInstanceOf(InputError);
      }),
    );
  });

  it('with a bit flipped, gives sound tensors or is refused; where there are checksums, the same tensors', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, fc.nat(), fc.nat(7), async (tensors, at, bit) => {
        const read = await readDamaged(withFlippedBit(await encode(tensors), at, bit));
        if (read instanceof InputError) return;
        for (const { dtype, shape, bytes } of read.values()) {
          expect(bytes.length).toBe(elementCount(shape) * dtypeBytes(dtype));
        }
        if (format.startsWith('torch-zip')) expect(sorted(read)).toEqual(sorted(tensors));
      }),
      { numRuns: 300 },
    );
  });

  it('followed or led by random bytes, or nothing else, never fails in another way', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, fc.nat(), fc.uint8Array({ maxLength: 300 }), async (tensors, at, noise) => {
        const bytes = await encode(tensors);
        await readDamaged(Buffer.concat([bytes.subarray(0, at % bytes.length), noise]));
        await readDamaged(noise);
      }),
    );
  });
});
