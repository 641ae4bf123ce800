import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { type ElementType, elementTypes } from '../../src/element-types.ts';

/** A graph's input or output: name, element type, dimensions; a text stands for a dimension that may vary. */
export type Value = readonly [name: string, type: ElementType, shape: readonly (number | string)[]];

/** A node: operator, inputs, outputs, whole-number attributes. */
export type Node = readonly [
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Record<string, number>,
];

/** The bytes of an ONNX model. */
export function modelBytes({
  inputs,
  outputs,
  nodes,
  constants = {},
}: {
  inputs: readonly Value[];
  outputs: readonly Value[];
  nodes: readonly Node[];
  constants?: Record<string, { type: ElementType; shape: readonly number[]; data: Uint8Array<ArrayBuffer> }>;
}): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 18n })],
      graph: create(GraphProtoSchema, {
        name: 'test',
        input: inputs.map(valueInfo),
        output: outputs.map(valueInfo),
        initializer: Object.entries(constants).map(([name, { type, shape, data }]) =>
          create(TensorProtoSchema, {
            name,
            dataType: elementTypes[type].onnx,
            dims: shape.map(BigInt),
            rawData: data,
          }),
        ),
        node: nodes.map(([opType, input, output, attributes = {}]) =>
          create(NodeProtoSchema, {
            opType,
            input: [...input],
            output: [...output],
            attribute: Object.entries(attributes).map(attribute),
          }),
        ),
      }),
    }),
  );
}

function attribute([name, value]: [string, number]): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
}

function valueInfo([name, type, shape]: Value) {
  const dim = shape.map((length) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof length === 'number' ? { case: 'dimValue', value: BigInt(length) } : { case: 'dimParam', value: length },
    }),
  );
  const tensor = create(TypeProto_TensorSchema, {
    elemType: elementTypes[type].onnx,
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  });
}
