import { Draw, type KernelConfig, RaggedGather, RaggedRange, RaggedTensorToTensor } from '@tensorflow/tfjs-core';
import { OrtBackendError } from '../errors.ts';
import { BACKEND_NAME } from './define-kernel.ts';

/** Kernels that tfjs-core knows and this backend lacks; each says so, and how to get on. */
export const notImplemented: readonly KernelConfig[] = [Draw, RaggedGather, RaggedRange, RaggedTensorToTensor].map(
  (kernelName) => ({
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: () => {
      throw new OrtBackendError(
        `onnxruntime: the kernel ${kernelName} is not implemented; run this part on tfjs's cpu backend: tf.setBackend('cpu'), then back`,
      );
    },
  }),
);
