import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import { currentBackend } from '../current-backend.ts';
import { OrtBackendError } from '../errors.ts';
import { checkSameTrace } from './check-trace.ts';
import { StepPlan } from './step-plan.ts';
import type { TensorRecord } from './tensor-record.ts';
import { traceStep } from './trace-step.ts';

/** A compiled step. */
export interface CompiledStep<A extends TensorRecord, R extends TensorRecord> {
  /**
   * Runs the step.
   *
   * @throws OrtBackendError when something that is not an argument was seen to vary, or the step reads or assigns a variable that is
   *   not on its list
   */
  (args: A): R;
  /** Gives back what it holds: the constants of its traces. */
  dispose(): void;
}

/**
 * Prepares a step for being run many times: it is traced at its first call with arguments of new shapes and types, and afterwards
 * replayed without running its code. So it must be a pure function of its arguments and of the variables; whatever changes from call to
 * call comes in as an argument. Whether it does is checked by tracing it again at the 2nd, 4th, 8th, … call. Its results belong to
 * the caller; everything else is freed.
 *
 * @param step what to run; it may assign to the variables
 * @param variables every variable that the step reads or assigns
 * @example
 * ```ts
 * const step = compile(({ x, rate }) => {
 *   const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.mul(weight, x))));
 *   weight.assign(tf.sub(weight, tf.mul(grads[weight.name], rate)));
 *   return { loss: value };
 * }, [weight]);
 * const { loss } = step({ x, rate: tf.scalar(0.1) });
 * ```
 */
export function compile<A extends TensorRecord, R extends TensorRecord>(
  step: (args: A) => R,
  variables: Iterable<tf.Variable>,
): CompiledStep<A, R> {
  const list = [...variables];
  const plans = new Map<string, { plan: StepPlan; calls: number }>();
  let owner: OrtBackend | undefined;
  const clear = () => {
    for (const { plan } of plans.values()) plan.dispose();
    plans.clear();
  };

  const call = (args: A): R => {
    const backend = currentBackend('compile');
    if (backend !== owner) clear(); // what was compiled belongs to a backend
    owner = backend;
    backend.flush(); // every variable and argument has a storage from here on
    const signature = ownVariables(backend, list) + describeArguments(backend, args);
    const known = plans.get(signature);
    if (known && !isPowerOfTwo(++known.calls)) return known.plan.run(args) as R;

    const trace = traceStep(step as unknown as (args: TensorRecord) => TensorRecord, {
      args,
      variables: list,
      backend,
    });
    try {
      if (known) checkSameTrace(backend, { first: known.plan, now: trace, call: known.calls });
    } catch (cause) {
      tf.dispose(trace.traced);
      throw cause;
    }
    const plan = known?.plan ?? new StepPlan(backend, trace);
    if (!known) plans.set(signature, { plan, calls: 1 });
    trace.undo();
    return plan.run(args) as R;
  };
  return Object.assign(call, { dispose: clear });
}

/** The calls at which a step is traced again to see whether anything but its arguments varies. */
const isPowerOfTwo = (call: number): boolean => (call & (call - 1)) === 0;

/**
 * Sees to it that each variable is the only tensor that holds its data id, so that a replay may put new elements under it: a clone that
 * somebody keeps goes on holding the old ones.
 *
 * @returns which variables are frozen, as part of a signature
 */
function ownVariables(backend: OrtBackend, variables: readonly tf.Variable[]): string {
  let frozen = '';
  for (const variable of variables) {
    if (variable.isDisposed) {
      throw new OrtBackendError(
        `compile: the variable '${variable.name}' was disposed; compile the step anew without it`,
      );
    }
    if (backend.refCount(variable.dataId) > 1) {
      const { shape, dtype } = variable;
      variable.assign(backend.toTensor(backend.sharedValue(variable.dataId), { shape, dtype }));
    }
    const { frozen: state } = backend.storedValue(variable.dataId);
    if (state) frozen += `${variable.name}:${state.id};`;
  }
  return frozen;
}

function describeArguments(backend: OrtBackend, args: TensorRecord): string {
  let signature = '';
  for (const name in args) {
    const { dataId, shape, dtype } = args[name]!;
    const stored = backend.storedValue(dataId);
    signature += `${name}:${dtype}[${shape}]${stored.type}[${stored.shape}];`;
  }
  return signature;
}
