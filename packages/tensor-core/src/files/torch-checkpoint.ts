/** A checkpoint that PyTorch saved, opened: close it when done. */
export interface TorchCheckpoint {
  /** `torch-zip` since PyTorch 1.6, `torch-legacy` before. */
  readonly format: 'torch-zip' | 'torch-legacy';
  /**
   * What was saved: dicts and Namespaces as Map, lists and tuples as arrays, sets as Set, bytes as Uint8Array, integers beyond 2^53
   * as bigint, dtypes and devices as text (`torch.float16`, `cuda:0`), tensors and parameters as LazyTensor, NumPy scalars as numbers.
   */
  readonly content: unknown;
  /** Lets go of the file; its tensors can't be read any more. */
  close(): Promise<void>;
}
