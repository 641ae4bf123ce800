import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, MaskedDistillError } from '@masked-distill/base';
import { hasFixtures, sharedPath } from '@masked-distill/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTYPES, dtypeBytes } from '../../src/files/dtypes.ts';
import {
  elementCount,
  encodeSafetensors,
  openSafetensors,
  parseSafetensors,
  readSafetensors,
  type TensorData,
  tensorData,
  toFloat32,
  writeSafetensors,
} from '../../src/files/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A file of this header (padded to nothing) and this much zero data; `length` overrides what its first eight bytes say. */
function file(header: unknown, { data = 0, length }: { data?: number; length?: bigint } = {}): Uint8Array {
  const text = typeof header === 'string' ? Buffer.from(header) : Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([start, text, Buffer.alloc(data)]);
}

const f32 = (shape: unknown, offsets: unknown) => ({ dtype: 'F32', shape, data_offsets: offsets });

const anyTensor: fc.Arbitrary<TensorData> = fc
  .record({ dtype: fc.constantFrom(...DTYPES), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
  .chain(({ dtype, shape }) => {
    const size = elementCount(shape) * dtypeBytes(dtype);
    return fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => ({ dtype, shape, bytes }));
  });
const anyTensors = fc
  .uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), anyTensor), { selector: ([name]) => name, maxLength: 6 })
  .map((pairs) => new Map(pairs.filter(([name]) => name !== '__metadata__')));

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

const sorted = (tensors: ReadonlyMap<string, TensorData>) =>
  [...tensors]
    .map(([name, { dtype, shape, bytes }]) => [name, dtype, shape, [...bytes]] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

describe('writing', () => {
  it('makes the bytes that the format asks for: length, padded header, widest elements first', async () => {
    const tensors = new Map([
      ['b', tensorData(Float32Array.of(1.5), [1])],
      ['flag', { dtype: 'BOOL', shape: [], bytes: Uint8Array.of(1) }],
      ['a', tensorData(Float32Array.of(-2), [1, 1])],
      ['ids', tensorData(BigInt64Array.of(3n), [1])],
    ] as const);
    const written = Buffer.from(await collect(encodeSafetensors(tensors, { metadata: { format: 'pt' } })));
    const header =
      '{"__metadata__":{"format":"pt"},"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
      '"a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},' +
      '"flag":{"dtype":"BOOL","shape":[],"data_offsets":[16,17]}}';
    const padded = Math.ceil(header.length / 8) * 8;
    expect(written.readBigUInt64LE()).toBe(BigInt(padded));
    expect(written.toString('utf8', 8, 8 + padded)).toBe(header.padEnd(padded));
    expect(written.subarray(8 + padded).toString('hex')).toBe('0300000000000000000000c00000c03f01');
  });

  it('is read back bit for bit, whatever the names, types and shapes', async () => {
    const anyMetadata = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(anyTensors, anyMetadata, async (tensors, metadata) => {
        const read = parseSafetensors(await collect(encodeSafetensors(tensors, { metadata })));
        expect(sorted(read.tensors)).toEqual(sorted(tensors));
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
      }),
    );
  });

  it('puts the file in place whole, and copies from an open file one tensor at a time', async () => {
    const folder = await temporaryFolder();
    const tensors = new Map([
      ['w', tensorData(Float32Array.of(1, 2, 3, Number.NaN), [2, 2])],
      ['empty', tensorData(new Int32Array(0), [0, 3])],
    ]);
    await writeSafetensors(join(folder, 'a.safetensors'), tensors, { metadata: { made: 'here' } });
    const opened = await openSafetensors(join(folder, 'a.safetensors'));
    expect([...opened.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['w', 'F32', [2, 2]],
      ['empty', 'I32', [0, 3]],
    ]);
    await writeSafetensors(join(folder, 'b.safetensors'), opened.tensors, { metadata: opened.metadata });
    await opened.close();
    const [a, b] = await Promise.all(['a', 'b'].map((name) => readFile(join(folder, `${name}.safetensors`))));
    expect(a!.equals(b!)).toBe(true);
    expect(sorted((await readSafetensors(join(folder, 'b.safetensors'))).tensors)).toEqual(sorted(tensors));
  });

  it('refuses a tensor whose bytes do not fit its shape, before it writes', async () => {
    const folder = await temporaryFolder();
    const wrong = new Map([['w', { dtype: 'F32', shape: [3], bytes: new Uint8Array(8) } as const]]);
    const path = join(folder, 'a.safetensors');
    await expect(writeSafetensors(path, wrong)).rejects.toThrow(
      new InputError('safetensors: tensor w is F32 of shape [3], 12 bytes, but holds 8'),
    );
    await expect(stat(path)).rejects.toThrow('ENOENT');
    const reserved = new Map([['__metadata__', tensorData(new Uint8Array(1), [1])]]);
    await expect(writeSafetensors(path, reserved)).rejects.toThrow(
      new InputError('safetensors: no tensor can be named __metadata__; rename it'),
    );
  });
});

describe('hostile input', () => {
  const cases: [string, Uint8Array, string][] = [
    ['no bytes', new Uint8Array(0), 'x has 0 bytes, too few for a header'],
    ['less than a length', new Uint8Array(7), 'x has 7 bytes, too few for a header'],
    ['header beyond the file', file('{}', { length: 3n }), 'x is cut off: its header ends at byte 11, the file at 10'],
    [
      'header beyond the limit',
      file('{}', { length: 2n ** 64n - 1n }),
      'x has a header of 18446744073709551615 bytes, more than the limit of 100000000',
    ],
    ['not JSON', file('{"a":'), 'x has a header that is not JSON (Unexpected end of JSON input)'],
    ['not UTF-8', file('{}', { data: 0 }).with(9, 0xff), 'x has a header that is not JSON ('],
    ['byte order mark', file('\uFEFF{}'), 'x has a header that is not JSON ('],
    ['a list', file('[]'), 'x has a header that is not a JSON object'],
    ['null', file('null'), 'x has a header that is not a JSON object'],
    ['metadata of numbers', file({ __metadata__: { a: 1 } }), 'x has __metadata__ that is not an object of strings'],
    ['a number for a tensor', file({ t: 5 }), 'x: tensor t is not described by an object'],
    [
      'unknown dtype',
      file({ t: { dtype: 'F4', shape: [], data_offsets: [0, 0] } }),
      'x: tensor t has dtype F4; known are BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64',
    ],
    ['inherited dtype', file({ t: { dtype: 'toString', shape: [] } }), 'x: tensor t has dtype toString; known are'],
    ['no dtype', file({ t: {} }), 'x: tensor t has dtype nothing; known are'],
    [
      'negative shape',
      file({ t: f32([-1], [0, 4]) }),
      'x: tensor t has shape [-1], not a list of non-negative integers',
    ],
    ['fractional shape', file({ t: f32([1.5], [0, 6]) }), 'x: tensor t has shape [1.5], not a list of non-negative'],
    ['shape of text', file({ t: f32(['1'], [0, 4]) }), 'x: tensor t has shape ["1"], not a list of non-negative'],
    [
      'shape beyond 2^53',
      file({ t: f32([2 ** 27, 2 ** 27], [0, 4]) }),
      'x: tensor t has shape [134217728,134217728], more than',
    ],
    [
      'overflow hidden by a zero',
      file({ t: f32([2 ** 52, 2 ** 52, 0], [0, 0]) }),
      'x: tensor t has shape [4503599627370496,4503599627370496,0], more than 2^53 bytes',
    ],
    [
      'offsets missing',
      file({ t: f32([1], undefined) }),
      'x: tensor t has data_offsets nothing, not two non-negative integers',
    ],
    [
      'three offsets',
      file({ t: f32([1], [0, 4, 8]) }),
      'x: tensor t has data_offsets [0,4,8], not two non-negative integers',
    ],
    [
      'negative offset',
      file({ t: f32([1], [-4, 0]) }),
      'x: tensor t has data_offsets [-4,0], not two non-negative integers',
    ],
    [
      'offsets the wrong way round',
      file({ t: f32([1], [4, 0]) }),
      'x: tensor t is F32 of shape [1], 4 bytes, but has -4 (4 to 0)',
    ],
    [
      'offsets against the shape',
      file({ t: f32([2], [0, 4]) }, { data: 4 }),
      'x: tensor t is F32 of shape [2], 8 bytes, but has 4',
    ],
    [
      'beyond the end',
      file({ t: f32([2], [0, 8]) }, { data: 4 }),
      'x: tensor t ends at byte 8 of the data, which has 4; the file is cut off or damaged, download it again',
    ],
    [
      'overlap',
      file({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, { data: 8 }),
      'x: tensor b starts at byte 4 of the data, inside the tensor before it',
    ],
    [
      'hole',
      file({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, { data: 12 }),
      'x: tensor b starts at byte 8 of the data, leaving a hole from 4 on',
    ],
    ['left over', file({ a: f32([1], [0, 4]) }, { data: 5 }), 'x has 5 bytes of data, its tensors take 4'],
    [
      'duplicate name',
      file(
        '{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}',
        {
          data: 1,
        },
      ),
      'x has the key a twice in its header',
    ],
    [
      'duplicate field',
      file('{"a":{"dtype":"U8","shape":[9],"shape" : [1],"data_offsets":[0,1]}}', { data: 1 }),
      'x has the key shape twice in its header',
    ],
    ['a name of many lines', file({ 'a\nb\u2028c': 1 }), 'x: tensor a\uFFFDb\uFFFDc is not described by an object'],
  ];

  it.each(cases)('%s is one clear line', (_, bytes, message) => {
    const attempt = () => parseSafetensors(bytes, { name: 'x' });
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(`safetensors: ${message}`);
    expect(attempt).toThrow(/^[^\n]*$/);
  });

  it('a key that repeats in different objects, or as a value, is no duplicate', () => {
    const twice = file(
      '{"shape":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"__metadata__":{"dtype":"dtype","a\\"":"a\\""}}',
      {
        data: 1,
      },
    );
    expect([...parseSafetensors(twice).tensors.keys()]).toEqual(['shape']);
  });

  it('random bytes and damaged files give sound tensors or an InputError', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, fc.nat(), fc.nat(7), fc.nat(), async (tensors, where, bit, cut) => {
        const whole = await collect(encodeSafetensors(tensors));
        const flipped = whole.slice();
        flipped[where % whole.length]! ^= 1 << bit;
        expectSound(flipped);
        // A file that lost its end must never pass: unlike in a flip, nothing can be the same.
        expect(() => parseSafetensors(whole.subarray(0, cut % whole.length))).toThrow(InputError);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectSound));
    fc.assert(fc.property(fc.json(), (json) => expectSound(file(json))));
  });

  function expectSound(bytes: Uint8Array) {
    try {
      for (const { dtype, shape, bytes: data } of parseSafetensors(bytes).tensors.values()) {
        expect(data.length).toBe(elementCount(shape) * dtypeBytes(dtype));
      }
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  }
});

describe('openSafetensors', () => {
  it('says what is wrong with the path, and lets go of a file that it refuses', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.safetensors');
    await expect(openSafetensors(path)).rejects.toThrow(new InputError(`checkpoint: ${path} does not exist`));
    await expect(openSafetensors(folder)).rejects.toThrow(
      new InputError(`checkpoint: ${folder} is a folder, not a file`),
    );
    await expect(openSafetensors('/dev/null')).rejects.toThrow(
      new InputError('checkpoint: /dev/null is a device, not a file'),
    );
    await writeFile(path, 'short');
    await expect(openSafetensors(path)).rejects.toThrow(`safetensors: ${path} has 5 bytes, too few for a header`);
  });

  it('reads tensors on demand: not after close, and not what has gone from the file since', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, new Map([['w', tensorData(Float32Array.of(1, 2), [2])]]));
    const opened = await openSafetensors(path);
    const tensor = opened.tensors.get('w')!;
    expect([...toFloat32(await tensor.read())]).toEqual([1, 2]);
    const { size } = await stat(path);
    await truncate(path, size - 1);
    await expect(tensor.read()).rejects.toThrow(
      new InputError(`checkpoint: ${path} ends at byte ${size - 1}, ${size} are needed; it is cut off`),
    );
    await opened.close();
    await opened.close();
    await expect(tensor.read()).rejects.toThrow(
      new MaskedDistillError(`checkpoint: ${path} was closed; read its tensors before close()`),
    );
  });
});

describe.skipIf(!hasFixtures)('the reference files (../shared/fixtures)', () => {
  it('are read with the shapes that their notes list', async () => {
    for (const name of ['mae_tiny', 'videomae_tiny', 'masks', 'pos_tables', 'mixup_losses']) {
      const { tensors } = await readSafetensors(sharedPath(`fixtures/${name}.safetensors`));
      const notes = JSON.parse(await readFile(sharedPath(`fixtures/${name}.json`), 'utf8')) as {
        tensors: Record<string, number[]>;
      };
      const listed = Object.entries(notes.tensors);
      expect(listed.length).toBeGreaterThan(5);
      for (const [tensor, shape] of listed) expect([tensor, tensors.get(tensor)?.shape]).toEqual([tensor, shape]);
    }
  });
});
