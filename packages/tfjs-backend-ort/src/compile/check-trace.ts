import type { OrtBackend } from '../backend.ts';
import type { HostArray } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import type { Value } from '../graph/value.ts';
import type { StepPlan } from './step-plan.ts';
import type { StepTrace } from './step-trace.ts';

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
