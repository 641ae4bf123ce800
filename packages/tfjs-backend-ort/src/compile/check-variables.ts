import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import { OrtBackendError } from '../errors.ts';
import type { CanonicalGraph } from '../graph/canonicalise.ts';

/**
 * Checks that a step touches no variable but those on its list, and keeps no tensor.
 *
 * @throws OrtBackendError that names the variable
 */
export function checkVariables(
  backend: OrtBackend,
  { recording, variables }: { recording: CanonicalGraph; variables: readonly tf.Variable[] },
): void {
  const listed = new Set(variables);
  const leaves = new Set(recording.leaves);
  for (const variable of Object.values(tf.engine().state.registeredVariables)) {
    if (listed.has(variable) || !backend.refCount(variable.dataId)) continue;
    const value = backend.storedValue(variable.dataId);
    const does = value.node ? 'assigns' : leaves.has(value) ? 'reads' : undefined;
    if (does) {
      throw new OrtBackendError(
        `compile: the step ${does} the variable '${variable.name}', which is not on its list; add it to the variables given to compile`,
      );
    }
  }
  const given = new Set(recording.outputs);
  const kept = backend.recorder.pending
    .flatMap(({ outputs }) => outputs)
    .find((value) => value.holders > 0 && !given.has(value));
  if (kept) {
    throw new OrtBackendError(
      `compile: the step keeps a ${kept.type} tensor of shape [${kept.shape}] (made by ${kept.node?.op}) that is not among its results; return it instead`,
    );
  }
}
