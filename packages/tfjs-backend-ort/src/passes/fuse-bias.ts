import { float } from '../graph/attributes.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphIndex } from './graph-index.ts';

/** `Gemm(a, b) + c` becomes `Gemm(a, b, c)`: one pass over the result less. */
export function fuseBias(graph: Graph): void {
  const index = new GraphIndex(graph);
  for (const node of graph.nodes) {
    if (node.op !== 'Add') continue;
    const match = index.matched(node, (name) => {
      const product = index.producer(name, 'Gemm');
      return product && product.inputs.length === 2 && index.isPrivate(name) ? product : undefined;
    });
    if (!match) continue;
    const [product, name, bias] = match;
    const [rows, columns] = graph.tensor(name).shape as [number, number];
    const { shape } = graph.tensor(bias);
    const isRow =
      shape.length <= 2 && shape.at(-1) === columns && (shape.length === 1 || shape[0] === 1 || shape[0] === rows);
    if (!isRow || graph.tensor(node.outputs[0]!).shape.length !== 2) continue;
    node.op = 'Gemm';
    node.inputs = [...product.inputs, bias];
    node.attributes = { ...product.attributes, beta: float(1) };
  }
}
