import type { Graph, GraphNode } from '../graph/graph.ts';

/** A `DynamicQuantizeMatMul` as a product with the rounded weights in float32; its input is not rounded. */
export function dequantised(graph: Graph, { inputs, outputs }: GraphNode): GraphNode[] {
  const [input, weight, scale, , bias] = inputs as [string, string, string, string?, string?];
  const { shape } = graph.tensor(weight);
  const restored = graph.add({ type: 'float32', shape });
  const plain = (op: string, from: string[], to: string, attributes: GraphNode['attributes'] = {}): GraphNode => ({
    op,
    domain: '',
    inputs: from,
    outputs: [to],
    attributes,
  });
  const [output] = outputs as [string];
  const restore = plain('DequantizeLinear', [weight, scale], restored, { axis: 1 });
  if (!bias) return [restore, plain('MatMul', [input, restored], output)];
  const product = graph.add(graph.tensor(output));
  return [restore, plain('MatMul', [input, restored], product), plain('Add', [product, bias], output)];
}
