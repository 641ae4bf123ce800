import { spawnSync } from 'node:child_process';

/**
 * What PyTorch runs at its best with: OpenBLAS's kernels for AVX-512, threads that sleep between operators, and freed memory that is kept, without
 * which glibc maps every large tensor anew and its first touch costs more than what is computed (a third of a step of clips is left with it).
 */
export const torchEnvironment = {
  OMP_WAIT_POLICY: 'PASSIVE',
  OPENBLAS_CORETYPE: 'SKYLAKEX',
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '100000000000',
  MALLOC_TOP_PAD_: '500000000',
} as const;

/** A Python that has PyTorch, if there is one. */
export const pythonWithTorch = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
);
