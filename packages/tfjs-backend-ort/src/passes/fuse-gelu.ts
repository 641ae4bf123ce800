import { CONTRIB_DOMAIN } from '../graph/domains.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { GraphIndex } from './graph-index.ts';

/** Exact GELU written out as `t · (erf t + 1) · √½` with `t = x · √½` becomes one operator where no gradient reads what is between. */
export function fuseGelu(graph: Graph): void {
  const index = new GraphIndex(graph);
  const isRoot = (name: string) => isNear(graph.scalar(name), Math.SQRT1_2);
  for (const node of graph.nodes) {
    if (node.op !== 'Mul') continue;
    const outer = index.matched(node, (name) => (isRoot(name) ? true : undefined));
    const product = outer && index.producer(outer[2], 'Mul');
    const shifted = product && index.matched(product, (name) => privateProducer(index, { name, op: 'Add' }));
    const erf = shifted && index.matched(shifted[0], (name) => privateProducer(index, { name, op: 'Erf' }));
    if (!erf || !isNear(graph.scalar(erf[2]), 1) || !index.isPrivate(outer![2])) continue;
    const t = shifted![2];
    const inner = index.producer(t, 'Mul');
    const x = inner && index.matched(inner, (name) => (isRoot(name) ? true : undefined));
    if (!x || erf[0].inputs[0] !== t || index.readers(t).length !== 2 || graph.outputs.includes(t)) continue;
    node.op = 'Gelu';
    node.domain = CONTRIB_DOMAIN;
    node.inputs = [x[2]];
    node.attributes = {};
  }
}

const privateProducer = (index: GraphIndex, { name, op }: { name: string; op: string }): GraphNode | undefined =>
  index.isPrivate(name) ? index.producer(name, op) : undefined;

const isNear = (value: number | undefined, wanted: number): boolean => Math.abs((value ?? 0) - wanted) < 1e-6;
