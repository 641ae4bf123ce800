import type { Graph } from '../graph/graph.ts';
import { GraphIndex } from './graph-index.ts';

/** `ReduceSum(x · x)` becomes `ReduceSumSquare(x)`, which reads x once and writes nothing of its size. */
export function fuseSumOfSquares(graph: Graph): void {
  const index = new GraphIndex(graph);
  for (const node of graph.nodes) {
    if (node.op !== 'ReduceSum') continue;
    const square = index.producer(node.inputs[0]!, 'Mul');
    if (!square || square.inputs[0] !== square.inputs[1] || !index.isPrivate(node.inputs[0]!)) continue;
    node.op = 'ReduceSumSquare';
    node.inputs = [square.inputs[0]!, ...node.inputs.slice(1)];
  }
}
