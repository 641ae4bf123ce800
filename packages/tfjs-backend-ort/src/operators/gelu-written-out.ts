import type { Graph, GraphNode } from '../graph/graph.ts';

/** A `Gelu` as x · (1 + erf(x/√2)) / 2. */
export function geluWrittenOut(graph: Graph, { inputs, outputs }: GraphNode): GraphNode[] {
  const [x] = inputs as [string];
  const like = graph.tensor(x);
  const number = (value: number) => graph.add({ type: 'float32', shape: [], data: Float32Array.of(value) });
  const nodes: GraphNode[] = [];
  const emit = (op: string, from: string[], to = graph.add({ type: like.type, shape: like.shape })) => {
    nodes.push({ op, domain: '', inputs: from, outputs: [to], attributes: {} });
    return to;
  };
  const erf = emit('Erf', [emit('Mul', [x, number(Math.SQRT1_2)])]);
  const doubled = emit('Mul', [x, emit('Add', [erf, number(1)])]);
  emit('Mul', [doubled, number(0.5)], outputs[0]!);
  return nodes;
}
