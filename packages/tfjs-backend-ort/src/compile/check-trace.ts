import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import type { HostArray } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import type { CanonicalGraph } from '../graph/canonicalise.ts';
import type { Value } from '../graph/value.ts';
import type { StepPlan } from './step-plan.ts';
import type { StepTrace } from './trace-step.ts';

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

/** Options of {@link checkSameTrace}. */
export interface SameTraceOptions {
  /** What is replayed. */
  first: StepPlan;
  /** What the step's code does now. */
  now: StepTrace;
  /** Which call this is, counted from 1. */
  call: number;
}

/**
 * Checks that a step does what it did when it was traced first: the same operators on the same constants.
 *
 * @throws OrtBackendError that names what differs
 */
export function checkSameTrace(backend: OrtBackend, { first, now, call }: SameTraceOptions): void {
  const [before, after] = [first.recording, now.recording];
  if (before.signature !== after.signature) {
    const lines = after.signature.split('\n');
    const different = before.signature.split('\n').findIndex((line, i) => line !== lines[i]);
    throw new OrtBackendError(
      `compile: the step recorded other operators at call ${call} than at the first (the first that differs: ${describeLine(before.signature.split('\n')[different])}, now ${describeLine(lines[different])}); what it does may depend on nothing but its arguments' shapes and types`,
    );
  }
  before.leaves.forEach((leaf, i) => {
    if (first.sources[i]) return;
    const [was, is] = [leaf, after.leaves[i]!];
    if (was === is || was.storage === is.storage) return;
    const [old, current] = [backend.elementsOf(was), backend.elementsOf(is)];
    const element = old.findIndex((number: number | bigint, at: number) => !Object.is(number, current[at]));
    if (element < 0) return;
    throw new OrtBackendError(
      `compile: ${describeConstant(is, after.readers[i])} was ${shown(old, element)} when the step was traced and is ${shown(current, element)} at call ${call}; pass what varies as an argument`,
    );
  });
}

const describeLine = (line = 'nothing') => line.slice(0, 60).replace(/^:/, '').split('{')[0];

const describeConstant = ({ type, shape }: Value, reader = 'an operator') =>
  shape.length === 0 ? `the number that ${reader} reads` : `the ${type}[${shape}] tensor that ${reader} reads`;

const shown = (array: HostArray, element: number) =>
  array.length === 1 ? `${array[0]}` : `${array[element]} (element ${element})`;
