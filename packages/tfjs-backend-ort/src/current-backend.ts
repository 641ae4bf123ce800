import * as tf from '@tensorflow/tfjs-core';
import { OrtBackend } from './backend.ts';
import { OrtBackendError } from './errors.ts';

/**
 * The backend, if it is tfjs's current one.
 *
 * @param who the function that needs it, for the message
 * @throws OrtBackendError when another backend is
 */
export function currentBackend(who: string): OrtBackend {
  const backend = tf.backend();
  if (backend instanceof OrtBackend) return backend;
  throw new OrtBackendError(
    `${who}: tfjs's current backend is '${tf.getBackend()}'; call tf.setBackend('onnxruntime') first`,
  );
}
