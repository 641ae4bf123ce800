import { create, toBinary } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, ModelProtoSchema } from 'onnx-buf';
import { elementTypes, type HostArray } from '../element-types.ts';
import type { AttributeValue } from '../graph/attributes.ts';
import type { Graph } from '../graph/graph.ts';

/** Version of the ONNX file format that is written. */
const IR_VERSION = 8n;

/** Version of ONNX's own operators that graphs are written in. */
const OPSET = 18n;

/** Writes a graph as the bytes of an ONNX model. */
export function emitModel(graph: Graph): Uint8Array {
  const valueInfo = (name: string) => {
    const { type, shape } = graph.tensor(name);
    const dim = shape.map((length) => ({ value: { case: 'dimValue' as const, value: BigInt(length) } }));
    return {
      name,
      type: { value: { case: 'tensorType' as const, value: { elemType: elementTypes[type].onnx, shape: { dim } } } },
    };
  };
  const constants = [...graph.tensors].filter(([, { data }]) => data);
  const domains = [...new Set(graph.nodes.map(({ domain }) => domain))].filter((domain) => domain !== '');
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }, ...domains.map((domain) => ({ domain, version: 1n }))],
    graph: {
      name: 'recorded',
      node: graph.nodes.map(({ op, domain, inputs, outputs, attributes }) => ({
        opType: op,
        domain,
        name: outputs[0]!,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attribute(value) })),
      })),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      initializer: constants.map(([name, { type, shape, data }]) => ({
        name,
        dims: shape.map(BigInt),
        dataType: elementTypes[type].onnx,
        rawData: bytesOf(data!),
      })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

const { INT, INTS, FLOAT, STRING } = AttributeProto_AttributeType;

function attribute(value: AttributeValue) {
  if (typeof value === 'number') return { type: INT, i: BigInt(value) };
  if (typeof value === 'string') return { type: STRING, s: new TextEncoder().encode(value) };
  if ('float' in value) return { type: FLOAT, f: value.float };
  return { type: INTS, ints: value.map(BigInt) };
}

const bytesOf = (data: HostArray): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
