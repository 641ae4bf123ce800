import type { BackendName } from './protocol.ts';
import type { SkipGroup } from './skips.ts';

/** The specs that are not run on a backend, and why. An entry that no spec's name holds is an error. */
export const SKIPPED: Readonly<Partial<Record<BackendName, readonly SkipGroup[]>>> = {
  onnxruntime: [
    { reason: 'ragged tensors are not implemented', specs: ['raggedGather', 'raggedRange', 'raggedTensorToTensor'] },
    {
      reason: 'right to the last bit but one of float32, where the spec allows less',
      specs: ['exp int32', 'tan numbers exceed float32 precision'],
    },
  ],
  cpu: [{ reason: 'declared for cpu alone', specs: ['Switching cpu backends'] }],
};
