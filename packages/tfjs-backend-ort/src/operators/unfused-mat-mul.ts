import type { FloatAttribute } from '../graph/attributes.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';

/** A `FusedMatMul` whose only options are transposes of the last two axes and a factor, as transposes, a product and a factor. */
export function unfusedMatMul(graph: Graph, { inputs, outputs, attributes }: GraphNode): GraphNode[] {
  const nodes: GraphNode[] = [];
  const emit = (op: string, from: string[], to: string, options: GraphNode['attributes'] = {}) => {
    nodes.push({ op, domain: '', inputs: from, outputs: [to], attributes: options });
    return to;
  };
  const [a, b] = inputs.map((name, i) => {
    if (attributes[i === 0 ? 'transA' : 'transB'] !== 1) return name;
    const { type, shape } = graph.tensor(name);
    const perm = [...Array(shape.length - 2).keys(), shape.length - 1, shape.length - 2];
    return emit('Transpose', [name], graph.add({ type, shape: perm.map((axis) => shape[axis]!) }), { perm });
  });
  const [output] = outputs as [string];
  const factor = (attributes.alpha as FloatAttribute | undefined)?.float ?? 1;
  if (factor === 1) {
    emit('MatMul', [a!, b!], output);
    return nodes;
  }
  const { type, shape } = graph.tensor(output);
  const product = emit('MatMul', [a!, b!], graph.add({ type, shape }));
  emit('Mul', [product, graph.add({ type: 'float32', shape: [], data: Float32Array.of(factor) })], output);
  return nodes;
}
