import type { BackendName } from './protocol.ts';
import type { SkipGroup } from './skips.ts';

/** The specs that are not run on a backend, and why. An entry that no spec's name holds is an error. */
export const SKIPPED: Readonly<Partial<Record<BackendName, readonly SkipGroup[]>>> = {
  onnxruntime: [],
  cpu: [{ reason: 'declared for cpu alone', specs: ['Switching cpu backends'] }],
};
