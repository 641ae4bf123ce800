import { InputError } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dtype, tensorData, toFloat32, toInt32, toTypedArray } from '../../src/files/index.ts';

const tensor = (dtype: Dtype, shape: readonly number[], bytes: readonly number[]) => ({
  dtype,
  shape,
  bytes: Uint8Array.from(bytes),
});

describe('toFloat32', () => {
  it('reads half precision: normal, subnormal, zero of both signs, infinite, not a number', () => {
    const halves = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x8000, 0x0000, 0x7c00, 0xfc00, 0x7e00];
    const bytes = halves.flatMap((half) => [half & 0xff, half >> 8]);
    expect([...toFloat32(tensor('F16', [10], bytes))]).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      1023 * 2 ** -24,
      -0,
      0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });

  it('reads bfloat16, whose bits are the upper half of a float32', () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        const bits = new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
        const [read] = toFloat32(tensor('BF16', [1], [bits & 0xff, bits >> 8]));
        const [expected] = new Float32Array(Uint32Array.of(bits << 16).buffer);
        expect(read).toBe(expected);
      }),
    );
  });

  it('reads doubles, integers of every width, and truth values', () => {
    expect([...toFloat32(tensorData(Float64Array.of(1 / 3, -1e300), [2]))]).toEqual([Math.fround(1 / 3), -Infinity]);
    expect([...toFloat32(tensorData(BigInt64Array.of(1n, -(2n ** 40n)), [2]))]).toEqual([1, -(2 ** 40)]);
    expect([...toFloat32(tensorData(Int8Array.of(-128, 127), [2]))]).toEqual([-128, 127]);
    expect([...toFloat32(tensor('BOOL', [2], [1, 0]))]).toEqual([1, 0]);
  });

  it('shares memory where it can, and copies what starts between two elements', () => {
    const bytes = new Uint8Array(new Float32Array([0, 1, 2]).buffer);
    const whole = { dtype: 'F32', shape: [2], bytes: bytes.subarray(4) } as const;
    expect(toFloat32(whole).buffer).toBe(bytes.buffer);
    const shifted = new Uint8Array(9);
    shifted.set(bytes.subarray(4), 1);
    expect([...toFloat32({ ...whole, bytes: shifted.subarray(1) })]).toEqual([1, 2]);
    expect([...toFloat32({ ...whole, bytes: Buffer.from(shifted.buffer, 1) })]).toEqual([1, 2]);
  });
});

describe('toInt32', () => {
  it('narrows wider integers that fit and refuses what does not', () => {
    expect([...toInt32(tensorData(BigInt64Array.of(7n, -8n), [2]))]).toEqual([7, -8]);
    expect([...toInt32(tensorData(Uint8Array.of(255), [1]))]).toEqual([255]);
    expect(() => toInt32(tensorData(BigInt64Array.of(0n, 2n ** 31n), [2]))).toThrow(
      new InputError('toInt32: element 1 is 2147483648, beyond int32'),
    );
    expect(() => toInt32(tensorData(Float32Array.of(1), [1]))).toThrow(
      new InputError('toInt32: tensor is F32, not of integers; use toFloat32'),
    );
  });
});

describe('tensorData', () => {
  it('takes the dtype from the array and gives the same array back', () => {
    const arrays = [
      Float64Array,
      Float32Array,
      Int32Array,
      Uint32Array,
      Int16Array,
      Uint16Array,
      Int8Array,
      Uint8Array,
    ];
    for (const Type of arrays) expect(toTypedArray(tensorData(Type.of(1, 2), [2]))).toEqual(Type.of(1, 2));
    for (const Type of [BigInt64Array, BigUint64Array])
      expect(toTypedArray(tensorData(Type.of(3n), []))).toEqual(Type.of(3n));
  });

  it('refuses a shape of another size', () => {
    expect(() => tensorData(new Float32Array(5), [2, 3])).toThrow(
      new InputError('tensorData: shape [2,3] holds 6 elements, got 5'),
    );
  });
});
