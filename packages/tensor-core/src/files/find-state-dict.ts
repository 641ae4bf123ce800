import { InputError } from '@masked-distill/base';
import { quote } from './foreign-text.ts';
import type { LazyTensor } from './lazy-tensor.ts';
import { TorchTensor } from './torch-tensor.ts';

/** Where training scripts keep the weights, the first that is there counts; they nest (`{module: {model: …}}`). */
const CONTAINERS = ['model', 'module', 'state_dict'] as const;
const MAX_NESTING = 4;

/** What DistributedDataParallel and torch.compile put in front of every name. */
const WRAPPERS = ['module.', '_orig_mod.'] as const;

/** Options of {@link findStateDict}. */
export interface FindStateDictOptions {
  /** What error messages call the checkpoint. */
  name?: string;
}

/**
 * Finds the weights in what a torch checkpoint holds: looks into `model`, `module` and `state_dict`, and takes off the prefixes
 * `module.` and `_orig_mod.` where every name has them.
 *
 * @param content the `content` of a {@link TorchCheckpoint}
 * @returns the tensors by their names in the model, in the order in which they were saved; entries that are no tensors are left out
 * @throws InputError when there are none
 */
export function findStateDict(
  content: unknown,
  { name = 'the checkpoint' }: FindStateDictOptions = {},
): Map<string, LazyTensor> {
  let dict = content;
  for (let level = 0; level < MAX_NESTING && dict instanceof Map; level++) {
    const found: Map<unknown, unknown> = dict;
    const inner = CONTAINERS.map((key) => found.get(key)).find((value) => value instanceof Map);
    if (inner === undefined) break;
    dict = inner;
  }
  const tensors = new Map<string, LazyTensor>();
  for (const [key, value] of dict instanceof Map ? dict : []) {
    if (typeof key === 'string' && value instanceof TorchTensor) tensors.set(key, value);
  }
  if (tensors.size === 0) {
    const keys = content instanceof Map ? `a dict of ${quote([...content.keys()])}` : 'no dict';
    throw new InputError(
      `torch checkpoint: ${name} has no state dict; looked in ${CONTAINERS.join(', ')}, found ${keys}`,
    );
  }
  return withoutWrappers(tensors);
}

function withoutWrappers(tensors: Map<string, LazyTensor>): Map<string, LazyTensor> {
  const wrapper = WRAPPERS.find((prefix) => [...tensors.keys()].every((key) => key.startsWith(prefix)));
  if (wrapper === undefined) return tensors;
  return withoutWrappers(new Map([...tensors].map(([key, tensor]) => [key.slice(wrapper.length), tensor])));
}
