import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import { canonicalise } from '../graph/canonicalise.ts';
import { sameShape } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { checkVariables } from './check-variables.ts';
import type { Source, StepTrace } from './step-trace.ts';
import type { TensorRecord } from './tensor-record.ts';

/** Options of {@link traceStep}. */
export interface TraceOptions {
  /** The step's arguments. */
  args: TensorRecord;
  /** The step's variables. */
  variables: readonly tf.Variable[];
  /** What records. */
  backend: OrtBackend;
}

/** Runs a step's code once, recording. */
export function traceStep(
  step: (args: TensorRecord) => TensorRecord,
  { args, variables, backend }: TraceOptions,
): StepTrace {
  const sources = new Map<Value, Source>();
  const before = variables.map((variable, index) => {
    const value = backend.sharedValue(variable.dataId);
    if (!value.frozen) {
      value.varies = true;
      sources.set(value, { kind: 'variable', index });
    }
    backend.replaceValue(variable.dataId, value);
    return backend.toTensor(value, variable); // holds the value meanwhile
  });
  try {
    const traced = tf.tidy(() => backend.trace(() => step(standIns(args, { backend, sources }))));
    const outputs: Value[] = [];
    const targets: StepTrace['targets'][number][] = [];
    const ask = (tensor: tf.Tensor, target: StepTrace['targets'][number]) => {
      outputs.push(backend.rebind(tensor, ownOutput(backend, { tensor, taken: outputs })));
      targets.push(target);
    };
    variables.forEach((variable, index) => {
      const isUnchanged = backend.storedValue(variable.dataId) === backend.storedValue(before[index]!.dataId);
      if (!isUnchanged) ask(variable, { variable });
    });
    for (const [result, tensor] of Object.entries(traced)) ask(tensor, { result, dtype: tensor.dtype });

    const recording = canonicalise(outputs, backend.recorder.pending);
    checkVariables(backend, { recording, variables });
    const undo = () => {
      variables.forEach((variable, index) => {
        backend.replaceValue(variable.dataId, backend.storedValue(before[index]!.dataId));
      });
      tf.dispose([traced, before]);
      backend.discardPending();
    };
    return { recording, sources: recording.leaves.map((leaf) => sources.get(leaf)), variables, targets, traced, undo };
  } catch (cause) {
    tf.dispose(before);
    throw cause;
  }
}

/** Tensors to call the step with, so that one that is passed twice, or is a variable too, is told apart by the way it came in. */
function standIns(args: TensorRecord, { backend, sources }: { backend: OrtBackend; sources: Map<Value, Source> }) {
  const entries = Object.entries(args).map(([name, tensor]) => {
    const value = backend.sharedValue(tensor.dataId);
    value.varies = true;
    sources.set(value, { kind: 'argument', name });
    return [name, backend.toTensor(value, tensor)] as const;
  });
  return Object.fromEntries(entries);
}

/** The value a tensor holds, or a copy where it is not the graph's to give: an input, or an output already. */
function ownOutput(backend: OrtBackend, { tensor, taken }: { tensor: tf.Tensor; taken: readonly Value[] }): Value {
  const stored = backend.storedValue(tensor.dataId);
  const isOwn = stored.node && sameShape(stored.shape, tensor.shape) && !taken.includes(stored);
  return isOwn ? stored : backend.recorder.op('Identity', [backend.asValue(tensor)], backend.asValue(tensor));
}
