import type * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import { OrtBackendError } from '../errors.ts';
import type { Storage } from '../storage/storage.ts';
import type { Source, StepTrace } from './step-trace.ts';
import type { TensorRecord } from './tensor-record.ts';

/** A traced step, ready to be replayed. */
export class StepPlan {
  /** What was recorded. */
  readonly recording: StepTrace['recording'];
  /** Where each of its leaves comes from. */
  readonly sources: StepTrace['sources'];
  readonly #backend: OrtBackend;
  readonly #variables: readonly tf.Variable[];
  readonly #targets: StepTrace['targets'];
  readonly #resident: readonly boolean[];
  /** The recording under a signature that tells where its outputs stay: joined once, as signatures are long. */
  readonly #keyed: StepTrace['recording'];

  constructor(backend: OrtBackend, { recording, sources, variables, targets }: StepTrace) {
    this.#backend = backend;
    this.recording = recording;
    this.sources = sources;
    this.#variables = variables;
    this.#targets = targets;
    this.#resident = targets.map((target) => 'variable' in target);
    this.#keyed = { ...recording, signature: `${recording.signature}\n${this.#resident}` };
    for (const leaf of this.#captured()) leaf.holders++;
  }

  /** Queues a run with these arguments; the variables hold its results from here on. */
  run(args: TensorRecord): TensorRecord {
    const backend = this.#backend;
    const graph = backend.sessions.get(this.#keyed, { resident: this.#resident });
    const inputs = graph.inputs.map((leaf) => this.#inputOf(leaf, args));
    const outputs = this.recording.outputs.map(({ type, shape }) => backend.pool.take(type, shape));
    backend.executor.add({ session: graph.session, inputs, outputs });
    const results: TensorRecord = {};
    this.#targets.forEach((target, i) => {
      const value = backend.valueOver(outputs[i]!);
      if ('variable' in target) backend.replaceValue(target.variable.dataId, value);
      else results[target.result] = backend.toTensor(value, { shape: value.shape, dtype: target.dtype });
    });
    return results;
  }

  /** Releases what was captured. */
  dispose(): void {
    for (const leaf of this.#captured()) this.#backend.letGo(leaf);
  }

  #captured() {
    return this.recording.leaves.filter((_, i) => !this.sources[i]);
  }

  #inputOf(leaf: number, args: TensorRecord): Storage {
    const source: Source | undefined = this.sources[leaf];
    if (!source) return this.#backend.storageOf(this.recording.leaves[leaf]!);
    const tensor = source.kind === 'argument' ? args[source.name]! : this.#variables[source.index]!;
    if (tensor.isDisposed)
      throw new OrtBackendError(`compile: the argument '${(source as { name: string }).name}' was disposed`);
    return this.#backend.storageOf(this.#backend.storedValue(tensor.dataId));
  }
}
