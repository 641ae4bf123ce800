import type { Graph, GraphNode } from '../graph/graph.ts';

/** Buffers that a WebGPU shader may write to, by the specification's default limit of 8 less those it reads. */
const MOST_PARTS = 6;

/** A split into more parts than a GPU's shader can write becomes a tree of splits. */
export function narrowSplits(graph: Graph): void {
  graph.nodes = graph.nodes.flatMap((node) => (node.op === 'Split' ? narrowed(graph, node) : [node]));
}

function narrowed(graph: Graph, node: GraphNode): GraphNode[] {
  const { outputs, inputs } = node;
  if (outputs.length <= MOST_PARTS) return [node];
  const { type, shape } = graph.tensor(inputs[0]!);
  const axis = ((node.attributes.axis as number) + shape.length) % shape.length;
  const perGroup = Math.ceil(outputs.length / MOST_PARTS);
  const groups: string[][] = [];
  for (let from = 0; from < outputs.length; from += perGroup) groups.push(outputs.slice(from, from + perGroup));
  const lengthsOf = (names: readonly string[]) => names.map((name) => graph.tensor(name).shape[axis]!);
  const split = (from: string, to: string[]): GraphNode => ({
    ...node,
    inputs: [from, graph.add({ type: 'int64', shape: [to.length], data: BigInt64Array.from(lengthsOf(to), BigInt) })],
    outputs: to,
  });
  const heads = groups.map((group) => {
    if (group.length === 1) return group[0]!;
    const length = lengthsOf(group).reduce((sum, part) => sum + part, 0);
    return graph.add({ type, shape: shape.with(axis, length) });
  });
  const tails = groups.flatMap((group, i) => (group.length === 1 ? [] : narrowed(graph, split(heads[i]!, group))));
  return [split(inputs[0]!, heads), ...tails];
}
