import type * as tf from '@tensorflow/tfjs-core';
import { currentBackend } from './current-backend.ts';
import { sizeOf } from './element-types.ts';
import { OrtBackendError } from './errors.ts';

/**
 * Makes an int32 tensor of bytes, such as pixels, which stay one byte an element until a kernel needs more: a cast to float32 is done by
 * the runtime. The array is read in place, not copied.
 *
 * @param bytes `sizeOf(shape)` numbers from 0 to 255
 * @throws OrtBackendError when their number does not fit, or another backend is tfjs's current one
 * @example
 * ```ts
 * const pixels = tf.div(tf.cast(tensorFromBytes(rgb, [height, width, 3]), 'float32'), 255);
 * ```
 */
export function tensorFromBytes(bytes: Uint8Array, shape: readonly number[]): tf.Tensor {
  const backend = currentBackend('tensorFromBytes');
  if (bytes.length !== sizeOf(shape)) {
    throw new OrtBackendError(`tensorFromBytes: ${bytes.length} bytes don't fill a tensor of shape [${shape}]`);
  }
  const value = backend.valueOver(backend.pool.adopt(bytes, 'uint8', shape));
  return backend.toTensor(value, { shape, dtype: 'int32' });
}
