import type { Graph } from '../graph/graph.ts';

/** Rewrites a graph into one that computes the same in less time. */
export type Pass = (graph: Graph) => void;

const passes: readonly Pass[] = [];

/** Applies every pass, in order. */
export function optimise(graph: Graph): void {
  for (const pass of passes) pass(graph);
  graph.dropUnused();
  graph.inputs = graph.inputs.filter((name) => graph.tensors.has(name) && isRead(graph, name));
}

const isRead = (graph: Graph, input: string) =>
  graph.outputs.includes(input) || graph.nodes.some(({ inputs }) => inputs.includes(input));
