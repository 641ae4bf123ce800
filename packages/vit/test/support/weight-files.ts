import { type LazyTensor, type TensorData, tensorData } from '@masked-distill/tensor-core';
import type { FixtureTensor } from '@masked-distill/testing';

/** Tensors in memory as if they lay in a file. */
export function lazily(tensors: ReadonlyMap<string, TensorData>): Map<string, LazyTensor> {
  return new Map([...tensors].map(([name, data]) => [name, { ...data, read: async () => data }]));
}

/** Tensors of a fixture as if they lay in a file. */
export function lazyFixture(tensors: ReadonlyMap<string, FixtureTensor>): Map<string, LazyTensor> {
  return lazily(new Map([...tensors].map(([name, { values, shape }]) => [name, tensorData(values, shape)])));
}

/** Every tensor's dtype, shape and bytes, for comparison. */
export async function contents(tensors: ReadonlyMap<string, LazyTensor>): Promise<Record<string, unknown>> {
  const entries: [string, unknown][] = [];
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, bytes } = await tensors.get(name)!.read();
    entries.push([name, [dtype, [...shape], Buffer.from(bytes).toString('base64')]]);
  }
  return Object.fromEntries(entries);
}
