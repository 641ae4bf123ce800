import {
  type BackendTimingInfo,
  type BackendValues,
  type DataId,
  type DataMover,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { type ElementType, elementTypes, type HostArray, sizeOf } from './element-types.ts';
import { OrtBackendError } from './errors.ts';
import { Executor } from './execution/executor.ts';
import { type CompiledGraph, SessionCache } from './execution/session-cache.ts';
import { canonicalise } from './graph/canonicalise.ts';
import { Recorder } from './graph/recorder.ts';
import { type Frozen, Value } from './graph/value.ts';
import type { Runner } from './runner/runner.ts';
import { StoragePool } from './storage/pool.ts';
import type { Storage } from './storage/storage.ts';

/** Recorded operators after which they are run even if nobody asks for their results, so that no loop records for ever. */
const MOST_PENDING = 10_000;

/** Settings of {@link OrtBackend}. */
export interface OrtBackendOptions {
  /** Threads inside an operator. Default: all cores. */
  threads: number;
  /** Whether idle threads spin for work. Default true. */
  spinning?: boolean;
  /** Most sessions kept; the least recently used one is released. Default 64. */
  sessions?: number;
  /** Prefix of the files that ONNX Runtime's profiler writes, one for each session. Default: no profile. */
  profile?: string;
}

/** What a tfjs data id stands for: a value, and how many tensors share it. */
interface Handle {
  value: Value;
  dtype: DataType;
  refCount: number;
  /** Elements of a string tensor, which the backend keeps and never computes with. */
  strings?: BackendValues;
}

/** tfjs's backend: its tensors are {@link Value}s that are recorded, and computed when somebody reads them. */
export class OrtBackend extends KernelBackend {
  /** Writes down what kernels compute. */
  readonly recorder = new Recorder();
  /** Makes storages. */
  readonly pool: StoragePool;
  /** Runs what was recorded. */
  readonly executor: Executor;
  /** Compiled graphs by signature. */
  readonly sessions: SessionCache;
  /** The way to ONNX Runtime. */
  readonly runner: Runner;
  /** Threads inside an operator. */
  readonly threads: number;
  readonly #handles: DataStorage<Handle>;
  readonly #disposed: Value[] = [];
  #isTracing = false;
  #frozen = 0;

  constructor(runner: Runner, dataMover: DataMover, options: OrtBackendOptions) {
    super();
    this.runner = runner;
    this.threads = options.threads;
    this.pool = new StoragePool(runner);
    this.executor = new Executor(this.pool);
    this.sessions = new SessionCache(runner, options);
    this.#handles = new DataStorage<Handle>(this, dataMover);
  }

  // What kernels call

  /** The value of a tensor, in the shape and type in which the caller sees it. */
  asValue({ dataId, shape, dtype }: TensorInfo): Value {
    const { value, strings } = this.#handles.get(dataId);
    if (strings || !(dtype in elementTypes)) {
      throw new OrtBackendError(
        `onnxruntime: a kernel was called with a ${dtype} tensor of shape [${shape}]; it computes with float32, int32 and bool`,
      );
    }
    return this.recorder.cast(this.recorder.reshape(value, shape), dtype as ElementType);
  }

  /** Makes a tensor of a value. */
  hold(value: Value, dtype: DataType = value.type as DataType): TensorInfo {
    const dataId = {};
    this.#keep(dataId, { value, dtype, refCount: 1 });
    if (this.recorder.pending.length >= MOST_PENDING && !this.#isTracing) this.flush();
    return { dataId, shape: [...value.shape], dtype };
  }

  /** The elements of a value, at once. Blocks until they are computed. */
  elementsOf(value: Value): HostArray {
    if (value.constant) return value.constant;
    if (this.#isTracing && value.varies) throw readsWhileTraced();
    value.holders++;
    try {
      if (!value.storage) this.flush();
      if (value.error) throw value.error;
      this.executor.finish();
      return this.#hostArray(value);
    } finally {
      this.letGo(value);
    }
  }

  // What compiled steps call

  /** The value a tensor's data id stands for, whatever its shape. */
  storedValue(dataId: DataId): Value {
    return this.#handles.get(dataId).value;
  }

  /** Lets a data id stand for another value from now on. */
  replaceValue(dataId: DataId, value: Value): void {
    const handle = this.#handles.get(dataId);
    value.holders++;
    this.letGo(handle.value);
    handle.value = value;
  }

  /** A value over elements that are there. Takes the caller's share in the storage. */
  valueOver(storage: Storage): Value {
    const value = new Value(storage.type, storage.shape);
    value.storage = storage;
    return value;
  }

  /** Another value over the elements a data id stands for, frozen if that one is. */
  sharedValue(dataId: DataId): Value {
    const stored = this.storedValue(dataId);
    const value = this.valueOver(this.storageOf(stored).retain());
    value.frozen = stored.frozen;
    return value;
  }

  /** Embeds what a data id stands for in the graphs that read it from now on. */
  freezeValue(dataId: DataId, precision: Frozen['precision']): void {
    const elements = this.elementsOf(this.storedValue(dataId)).slice();
    const { type, shape } = this.storedValue(dataId);
    const value = this.valueOver(this.pool.adopt(elements, type, shape));
    value.frozen = { id: this.#frozen++, precision };
    this.replaceValue(dataId, value);
  }

  /** A tensor of a value. */
  toTensor(value: Value, { shape, dtype }: { shape: readonly number[]; dtype: DataType }): Tensor {
    const info = this.hold(value, dtype);
    return engine().makeTensorFromTensorInfo({ ...info, shape: [...shape] });
  }

  /** Lets a tensor's data id stand for another value. */
  rebind({ dataId }: TensorInfo, value: Value): Value {
    if (this.storedValue(dataId) !== value) this.replaceValue(dataId, value);
    return value;
  }

  /** Calls a function that must do nothing but record. */
  trace<T>(record: () => T): T {
    this.#isTracing = true;
    try {
      return record();
    } finally {
      this.#isTracing = false;
    }
  }

  /** Forgets everything that was recorded and has not run. */
  discardPending(): void {
    for (const node of this.recorder.pending) for (const value of node.outputs) value.node = undefined;
    this.recorder.pending = [];
    this.#freeDisposed();
  }

  // Running

  /** Queues everything that was recorded and is still wanted. Its results have storages from here on. */
  flush(): void {
    if (this.#isTracing) throw readsWhileTraced();
    const { pending } = this.recorder;
    this.recorder.pending = [];
    if (pending.length > 0) {
      const outputs = pending.flatMap((node) => node.outputs.filter((value) => value.holders > 0));
      try {
        if (outputs.length > 0) this.#queue(outputs, pending);
      } catch (cause) {
        for (const value of outputs) value.error = cause as Error;
        throw cause;
      } finally {
        for (const node of pending) for (const value of node.outputs) value.node = undefined;
      }
    }
    this.#freeDisposed();
  }

  #queue(outputs: readonly Value[], pending: Recorder['pending']): void {
    const canonical = canonicalise(outputs, pending);
    const graph: CompiledGraph = this.sessions.get(canonical);
    const inputs = graph.inputs.map((leaf) => this.storageOf(canonical.leaves[leaf]!));
    const results = outputs.map(({ type, shape }) => this.pool.take(type, shape));
    this.executor.add({ session: graph.session, inputs, outputs: results });
    outputs.forEach((value, i) => {
      value.storage = results[i]!;
    });
  }

  /** The storage of a value that has one. */
  storageOf(value: Value) {
    if (value.error) throw value.error;
    if (value.constant) value.storage ??= this.pool.adopt(value.constant, value.type, value.shape);
    return value.storage!;
  }

  // What tfjs calls

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: DataId,
    values: BackendValues | null,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    if (dtype === 'string' || dtype === 'complex64') {
      this.#keep(dataId, { value: new Value('uint8', [0]), dtype, refCount, strings: values ?? [] });
      return;
    }
    const type = dtype as ElementType;
    const array = toHostArray(values, type, sizeOf(shape));
    const value = this.valueOver(this.pool.adopt(array, type, [...shape]));
    this.#keep(dataId, { value, dtype, refCount });
  }

  override readSync(dataId: DataId): BackendValues {
    const { value, strings, dtype } = this.#handles.get(dataId);
    if (strings) return strings;
    return toDtype(copyIfRecycled(this.elementsOf(value), value), dtype);
  }

  override async read(dataId: DataId): Promise<BackendValues> {
    const { value, strings, dtype } = this.#handles.get(dataId);
    if (strings) return strings;
    if (this.#isTracing && value.varies) throw readsWhileTraced();
    if (!value.storage && !value.constant) this.flush();
    if (value.constant) return toDtype(value.constant.slice(), dtype);
    value.holders++; // the tensor may be disposed while its elements are awaited
    try {
      const { storage } = value;
      if (storage && !storage.ready) await this.executor.finishAsync(storage);
      return toDtype(copyIfRecycled(this.#hostArray(value), value), dtype);
    } finally {
      this.letGo(value);
    }
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#handles.has(dataId)) return true;
    const handle = this.#handles.get(dataId);
    handle.refCount--;
    if (!force && handle.refCount > 0) return false;
    this.#handles.delete(dataId);
    this.letGo(handle.value);
    return true;
  }

  override refCount(dataId: DataId): number {
    return this.#handles.has(dataId) ? this.#handles.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.#handles.get(dataId).refCount++;
  }

  override numDataIds(): number {
    return this.#handles.numDataIds();
  }

  override memory(): { unreliable: boolean; numBytesInPool: number; numSessions: number } {
    const { inUse, free } = this.pool.bytes;
    return { unreliable: false, numBytesInPool: inUse + free, numSessions: this.sessions.size };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override async time(work: () => void): Promise<BackendTimingInfo> {
    this.flush();
    this.executor.finish();
    const start = performance.now();
    work();
    this.flush();
    this.executor.finish();
    return { kernelMs: performance.now() - start };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.recorder.pending = [];
    this.executor.dispose();
    this.sessions.clear();
    this.pool.clear();
    this.runner.dispose();
  }

  #keep(dataId: DataId, handle: Handle): void {
    handle.value.holders++;
    this.#handles.set(dataId, handle);
  }

  /** Takes one holder away from a value. */
  letGo(value: Value): void {
    value.holders--;
    if (value.holders > 0) return;
    // What was recorded may still read it.
    if (this.recorder.pending.length > 0) this.#disposed.push(value);
    else this.#freeIfUnheld(value);
  }

  #freeDisposed(): void {
    for (const value of this.#disposed.splice(0)) this.#freeIfUnheld(value);
  }

  #freeIfUnheld(value: Value): void {
    if (value.holders > 0) return;
    value.storage?.release();
    value.storage = undefined;
  }

  #hostArray(value: Value): HostArray {
    if (value.error) throw value.error;
    const { storage } = value;
    if (!storage) {
      throw new OrtBackendError(
        `onnxruntime: a ${value.type} value of shape [${value.shape}] was recorded, but no tensor held it when the recording ran`,
      );
    }
    if (storage.error) throw storage.error;
    storage.array ??= storage.tensor!.data();
    return storage.array;
  }
}

const copyIfRecycled = (array: HostArray, { storage, constant }: Value): HostArray =>
  storage?.isRecycled || constant ? array.slice() : array;

/** What tfjs hands out for a type; only bytes are stored otherwise. */
const toDtype = (array: HostArray, dtype: DataType): BackendValues =>
  dtype === 'int32' && array instanceof Uint8Array ? Int32Array.from(array) : (array as BackendValues);

function toHostArray(values: BackendValues | null, type: ElementType, size: number): HostArray {
  const { array: HostArrayOf } = elementTypes[type];
  if (values instanceof HostArrayOf && !(values instanceof Uint8ClampedArray)) return values as HostArray;
  if (values === null || values === undefined) return new HostArrayOf(size);
  const array = new HostArrayOf(size);
  for (let i = 0; i < size; i++) array[i] = Number((values as ArrayLike<number>)[i]);
  return array;
}

const readsWhileTraced = () =>
  new OrtBackendError(
    'compile: the step reads the elements of a tensor while it is traced; return the tensor and read it outside, or pass what it needs as an argument',
  );
