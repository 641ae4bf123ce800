import type { LazyTensor } from '@masked-distill/tensor-core';
import { concatRows, lazyZeros, sliceRows } from './lazy-rows.ts';

/**
 * The bias of queries, keys and values that a model asks for, from whichever an encoder has. A bias of the keys adds the same to all
 * scores of a query, which softmax does not see, so that it may be left out or put in as zeros without changing an output.
 *
 * @param name such as `blocks.0.attn.qkv.bias` or `blocks.0.attn.q_bias`
 * @returns undefined when it is no such bias
 */
export function qkvBias(name: string, tensors: ReadonlyMap<string, LazyTensor>): LazyTensor | undefined {
  const [, attention, wanted] = name.match(/^(.*attn\.)(qkv\.bias|q_bias|v_bias)$/) ?? [];
  const weight = tensors.get(`${attention}qkv.weight`);
  if (wanted === undefined || weight === undefined) return undefined;
  const width = weight.shape[1]!;
  const [full, q, v] = ['qkv.bias', 'q_bias', 'v_bias'].map((part) => tensors.get(attention + part));
  if (wanted === 'qkv.bias') {
    if (full) return full;
    if (q && v) return concatRows([q, lazyZeros(q.dtype, [width]), v], name);
    return lazyZeros(weight.dtype, [3 * width]);
  }
  const [own, from] = wanted === 'q_bias' ? [q, 0] : [v, 2 * width];
  if (own) return own;
  return full ? sliceRows(full, from, from + width) : lazyZeros(weight.dtype, [width]);
}
