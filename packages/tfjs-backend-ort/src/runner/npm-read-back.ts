import { create, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { type ElementType, elementTypes, type HostArray } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import type { NpmBinding, NpmInferenceSession, NpmTensor } from './npm-binding.ts';
import { npmSessionOptions } from './npm-options.ts';
import type { Device } from './runner.ts';

const IR_VERSION = 8n;
const OPSET = 18n;

/** Copies tensors from a device, by a graph that leaves them as they are and whose output is on the host. */
export class ReadBack {
  readonly #binding: NpmBinding;
  readonly #device: Device;
  // One for each element type, whatever the shape.
  readonly #sessions = new Map<ElementType, NpmInferenceSession>();

  /**
   * @param binding the npm binding, whose `tensor.getData()` ends the process
   * @param device where the tensors are
   */
  constructor(binding: NpmBinding, device: Device) {
    this.#binding = binding;
    this.#device = device;
  }

  /**
   * The elements of a tensor.
   *
   * @throws OrtBackendError when the runtime reports an error
   */
  read(tensor: NpmTensor): HostArray {
    const type = tensor.type as ElementType;
    try {
      let session = this.#sessions.get(type);
      if (!session) {
        session = this.#createSession(type);
        this.#sessions.set(type, session);
      }
      return session.run({ value: tensor }, { copy: null }, {}).copy!.data as HostArray;
    } catch (cause) {
      throw new OrtBackendError(`data: a ${type} tensor can't be read from ${this.#device}, got ${cause}`, { cause });
    }
  }

  /** Gives the graphs back. */
  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  #createSession(type: ElementType): NpmInferenceSession {
    const session = new this.#binding.InferenceSession();
    const model = identityModel(type);
    const options = npmSessionOptions(this.#device, { inputs: ['value'], outputs: ['copy'], threads: 1 });
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
    return session;
  }
}

function identityModel(type: ElementType): Uint8Array {
  const tensor = create(TypeProto_TensorSchema, { elemType: elementTypes[type].onnx });
  const value = (name: string) =>
    create(ValueInfoProtoSchema, {
      name,
      type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
    });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: OPSET })],
      graph: create(GraphProtoSchema, {
        name: 'read-back',
        input: [value('value')],
        output: [value('copy')],
        node: [create(NodeProtoSchema, { opType: 'Identity', input: ['value'], output: ['copy'] })],
      }),
    }),
  );
}
