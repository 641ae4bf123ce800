// tfjs's wasm backend sends a plain matrix product to XNNPACK, and one with a transposed operand or several batches to a scalar loop,
// 10 to 15 times slower. Here operands are transposed first, and batches go one by one through XNNPACK, unless they are so small that
// the scalar loop is done before XNNPACK has begun.
import type * as tf from '@tensorflow/tfjs-core';
import { type Kernel, replaceWasmKernel, type WasmBackend, wasmKernel } from './wasm-backend.ts';

interface Operands {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
}

interface Transposes {
  transposeA: boolean;
  transposeB: boolean;
}

type MatMul = Kernel<Operands, Transposes>;

/** Multiplications in one product below which handing it to XNNPACK costs more than the loop: measured, 10 µs against 0.5 ns each. */
const SMALL_PRODUCT = 16_384;

const PLAIN: Transposes = { transposeA: false, transposeB: false };

/** Replaces the wasm backend's `BatchMatMul`. */
export function replaceMatMul(): void {
  const transpose: Kernel<{ x: tf.TensorInfo }, { perm: number[] }> = wasmKernel('Transpose');
  replaceWasmKernel<Operands, Transposes>('BatchMatMul', (plain) => ({ inputs, backend, attrs }) => {
    if (isBatched(inputs.a) && isSmall(inputs.a, inputs.b, attrs)) return plain({ inputs, backend, attrs });
    const swapped = (x: tf.TensorInfo) =>
      transpose({ inputs: { x }, backend, attrs: { perm: swapLastAxes(x.shape.length) } });
    const a = attrs.transposeA ? swapped(inputs.a) : inputs.a;
    const b = attrs.transposeB ? swapped(inputs.b) : inputs.b;
    const multiply = isBatched(a) && sameBatches(a, b) ? batchByBatch(plain) : plain;
    const product = multiply({ inputs: { a, b }, backend, attrs: PLAIN });
    if (a !== inputs.a) backend.disposeData(a.dataId);
    if (b !== inputs.b) backend.disposeData(b.dataId);
    return product;
  });
}

function batchByBatch(plain: MatMul): MatMul {
  return ({ inputs: { a, b }, backend }) => {
    const [m, k] = a.shape.slice(-2) as [number, number];
    const n = b.shape.at(-1)!;
    const batches = sizeOf(a.shape.slice(0, -2));
    const product = backend.makeOutput([...a.shape.slice(0, -2), m, n], 'float32');
    for (let i = 0; i < batches; i++) {
      const one = {
        a: copyBatch(a, i, { shape: [1, m, k], backend }),
        b: copyBatch(b, i, { shape: [1, k, n], backend }),
      };
      const piece = plain({ inputs: one, backend, attrs: PLAIN });
      backend.typedArrayFromHeap(product).set(backend.typedArrayFromHeap(piece), i * m * n);
      for (const { dataId } of [one.a, one.b, piece]) backend.disposeData(dataId);
    }
    return product;
  };
}

function copyBatch(
  x: tf.TensorInfo,
  batch: number,
  { shape, backend }: { shape: number[]; backend: WasmBackend },
): tf.TensorInfo {
  const copy = backend.makeOutput(shape, 'float32');
  const size = sizeOf(shape);
  backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap(x).subarray(batch * size, (batch + 1) * size));
  return copy;
}

function swapLastAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}

function isSmall(a: tf.TensorInfo, b: tf.TensorInfo, { transposeB }: Transposes): boolean {
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  return a.shape.at(-1)! * a.shape.at(-2)! * columns < SMALL_PRODUCT;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

const isBatched = ({ shape }: tf.TensorInfo) => sizeOf(shape.slice(0, -2)) > 1;

const sameBatches = (a: tf.TensorInfo, b: tf.TensorInfo) => `${a.shape.slice(0, -2)}` === `${b.shape.slice(0, -2)}`;
