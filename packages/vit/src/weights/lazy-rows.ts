import { InputError } from '@masked-distill/base';
import { type Dtype, dtypeBytes, elementCount, type LazyTensor } from '@masked-distill/tensor-core';

/**
 * Tensors one below the other along their first axis, joined when read.
 *
 * @throws InputError when their dtypes or their other axes differ
 */
export function concatRows(parts: readonly LazyTensor[], name: string): LazyTensor {
  const [first] = parts as [LazyTensor];
  const others = (tensor: LazyTensor) => `${tensor.dtype} […${tensor.shape.slice(1).map((size) => `, ${size}`)}]`;
  const odd = parts.find((part) => others(part) !== others(first));
  if (odd) throw new InputError(`weights: the parts of ${name} are ${others(first)} and ${others(odd)}, not alike`);
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const shape = [rows, ...first.shape.slice(1)];
  return {
    dtype: first.dtype,
    shape,
    async read() {
      const bytes = new Uint8Array(elementCount(shape) * dtypeBytes(first.dtype));
      let at = 0;
      for (const part of parts) {
        const read = (await part.read()).bytes;
        bytes.set(read, at);
        at += read.length;
      }
      return { dtype: first.dtype, shape, bytes };
    },
  };
}

/** Rows `from` up to `to` of a tensor, cut out when read. */
export function sliceRows(tensor: LazyTensor, from: number, to: number): LazyTensor {
  const { dtype } = tensor;
  const shape = [to - from, ...tensor.shape.slice(1)];
  const rowBytes = elementCount(tensor.shape.slice(1)) * dtypeBytes(dtype);
  return {
    dtype,
    shape,
    read: async () => ({ dtype, shape, bytes: (await tensor.read()).bytes.slice(from * rowBytes, to * rowBytes) }),
  };
}

/** Zeros, made when read. */
export function lazyZeros(dtype: Dtype, shape: readonly number[]): LazyTensor {
  return {
    dtype,
    shape,
    read: async () => ({ dtype, shape, bytes: new Uint8Array(elementCount(shape) * dtypeBytes(dtype)) }),
  };
}
