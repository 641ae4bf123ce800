import { type FloatAttribute, float } from '../graph/attributes.ts';
import { CONTRIB_DOMAIN } from '../graph/domains.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { GraphIndex } from './graph-index.ts';

/**
 * A constant factor on the result of a matrix product, or on an operand that nothing but products reads, goes into the product's own
 * factor `alpha`: a pass over a tensor less.
 */
export function foldFactors(graph: Graph): void {
  while (foldOnce(graph)) graph.dropUnused();
}

function foldOnce(graph: Graph): boolean {
  const index = new GraphIndex(graph);
  let isChanged = false;
  // What was rewritten is not looked at again in this round: the index knows nothing of it.
  const touched = new Set<GraphNode>();
  for (const node of graph.nodes) {
    if (node.op !== 'Mul' || touched.has(node)) continue;
    const match = index.matched(node, (name) => graph.scalar(name));
    if (!match) continue;
    const [factor, factorName, x] = match;
    const [result] = node.outputs as [string];
    const { type, shape } = graph.tensor(x);
    if (type !== 'float32' || shape.length < graph.tensor(factorName).shape.length || !Number.isFinite(factor))
      continue;

    const product = index.producer(x, 'Gemm', 'MatMul', 'FusedMatMul');
    const readers = index.readers(result);
    if (product && index.isPrivate(x) && !touched.has(product)) {
      scale(product, factor);
      if ('beta' in product.attributes)
        product.attributes = { ...product.attributes, beta: scaled(product, 'beta', factor) };
      product.outputs = [result];
      node.outputs = [];
      touched.add(product);
    } else if (readers.length > 0 && readers.every((reader) => !touched.has(reader) && isOperandOnly(reader, result))) {
      if (graph.outputs.includes(result)) continue;
      for (const reader of readers) {
        scale(reader, factor ** reader.inputs.filter((name) => name === result).length);
        reader.inputs = reader.inputs.map((name) => (name === result ? x : name));
        touched.add(reader);
      }
    } else continue;
    touched.add(node);
    isChanged = true;
  }
  graph.nodes = graph.nodes.filter(({ outputs }) => outputs.length > 0);
  return isChanged;
}

const isOperandOnly = ({ op, inputs }: GraphNode, name: string): boolean =>
  ['Gemm', 'MatMul', 'FusedMatMul'].includes(op) && inputs[2] !== name;

const scaled = ({ attributes }: GraphNode, attribute: string, factor: number): FloatAttribute =>
  float(((attributes[attribute] as FloatAttribute | undefined)?.float ?? 1) * factor);

function scale(product: GraphNode, factor: number): void {
  if (product.op === 'MatMul') {
    product.op = 'FusedMatMul';
    product.domain = CONTRIB_DOMAIN;
  }
  product.attributes = { ...product.attributes, alpha: scaled(product, 'alpha', factor) };
}
