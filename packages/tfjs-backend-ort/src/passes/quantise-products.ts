import { CONTRIB_DOMAIN } from '../graph/domains.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { quantiseColumns } from './quantise-columns.ts';

/** Products with a weight that was frozen as int8 become dynamically quantised ones: its columns once, their inputs at each run. */
export function quantiseProducts(graph: Graph): void {
  const quantised = new Map<string, [weight: string, scale: string]>();
  for (const node of graph.nodes) {
    if (!isQuantisable(graph, node)) continue;
    const [input, weight, bias] = node.inputs as [string, string, string?];
    const isTransposed = node.attributes.transB === 1;
    const key = `${weight} ${isTransposed}`;
    const names = quantised.get(key) ?? addQuantised(graph, { weight, isTransposed });
    quantised.set(key, names);
    node.op = 'DynamicQuantizeMatMul';
    node.domain = CONTRIB_DOMAIN;
    node.inputs = bias ? [input, ...names, '', bias] : [input, ...names];
    node.attributes = {};
  }
}

function isQuantisable(graph: Graph, { op, inputs, attributes }: GraphNode): boolean {
  const [, weight, bias] = inputs;
  if ((op !== 'Gemm' && op !== 'MatMul') || attributes.transA === 1 || 'alpha' in attributes) return false;
  const { precision, data, shape } = graph.tensor(weight!);
  return precision === 'int8' && !!data && shape.length === 2 && (!bias || graph.tensor(bias).shape.length === 1);
}

function addQuantised(
  graph: Graph,
  { weight, isTransposed }: { weight: string; isTransposed: boolean },
): [string, string] {
  const { data, shape } = graph.tensor(weight);
  const [rows, columns] = isTransposed ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
  const { elements, scales } = quantiseColumns(data as Float32Array, { rows, columns, isTransposed });
  return [
    graph.add({ type: 'int8', shape: [rows, columns], data: elements }),
    graph.add({ type: 'float32', shape: [columns], data: scales }),
  ];
}
