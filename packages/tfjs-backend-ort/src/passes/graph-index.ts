import type { Graph, GraphNode } from '../graph/graph.ts';

/** Who computes and who reads each tensor of a graph, for a pass that rewrites it. */
export class GraphIndex {
  readonly #graph: Graph;
  readonly #producers: Map<string, GraphNode>;
  readonly #uses: Map<string, number>;
  readonly #readers = new Map<string, GraphNode[]>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#producers = graph.producers();
    this.#uses = graph.useCounts();
    for (const node of graph.nodes) {
      for (const name of new Set(node.inputs)) {
        const readers = this.#readers.get(name);
        if (readers) readers.push(node);
        else this.#readers.set(name, [node]);
      }
    }
  }

  /** The node that computes a tensor, if it is one of these operators. */
  producer(name: string, ...ops: string[]): GraphNode | undefined {
    const node = this.#producers.get(name);
    return node && ops.includes(node.op) ? node : undefined;
  }

  /** The nodes that read a tensor, each once. */
  readers(name: string): readonly GraphNode[] {
    return this.#readers.get(name) ?? [];
  }

  /** Whether a tensor is read once and by a node, so that it may disappear into that node. */
  isPrivate(name: string): boolean {
    return this.#uses.get(name) === 1 && !this.#graph.outputs.includes(name);
  }

  /** The inputs of a commutative node, with the one that `test` accepts first; nothing if none is accepted. */
  matched<T>(
    { inputs }: GraphNode,
    test: (name: string) => T | undefined,
  ): [found: T, name: string, other: string] | undefined {
    for (const name of inputs) {
      const found = test(name);
      if (found !== undefined) return [found, name, inputs[0] === name ? inputs[1]! : inputs[0]!];
    }
    return undefined;
  }
}
