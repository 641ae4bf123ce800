import type { ElementType, HostArray } from '../element-types.ts';
import type { Attributes } from './attributes.ts';

/** An operator of a {@link Graph}; tensors go by name. */
export interface GraphNode {
  /** Operator's name in ONNX. */
  op: string;
  /** Its domain, '' for ONNX's own. */
  domain: string;
  /** Names of what it reads; '' for an optional input that is left out. */
  inputs: string[];
  /** Names of what it computes; '' for an optional output that nobody reads. */
  outputs: string[];
  /** Its attributes. */
  attributes: Attributes;
}

/** What is known of a tensor of a {@link Graph}. */
export interface GraphTensor {
  /** Element type. */
  type: ElementType;
  /** Dimensions. */
  shape: readonly number[];
  /** Its elements, if it is a constant. */
  data?: HostArray;
  /** Number format in which matrix products are to read it. */
  precision?: 'int8';
}

/** A whole computation, as it is optimised and then emitted: nodes in an order in which they can run. */
export class Graph {
  /** Operators, each after those whose results it reads. */
  nodes: GraphNode[] = [];
  /** Every tensor by name. */
  readonly tensors = new Map<string, GraphTensor>();
  /** Names of the tensors that come from outside, in order. */
  inputs: string[] = [];
  /** Names of the tensors that are asked for, in order. */
  outputs: string[] = [];
  #names = 0;

  /** What is known of a tensor. */
  tensor(name: string): GraphTensor {
    return this.tensors.get(name)!;
  }

  /** Adds a tensor under a new name. */
  add(tensor: GraphTensor): string {
    const name = `n${this.#names++}`;
    this.tensors.set(name, tensor);
    return name;
  }

  /** The one element of a constant, as a number; nothing if it is no constant or has more. */
  scalar(name: string): number | undefined {
    const data = this.tensors.get(name)?.data;
    return data?.length === 1 ? Number(data[0]) : undefined;
  }

  /** Which node computes each tensor. */
  producers(): Map<string, GraphNode> {
    return new Map(this.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  }

  /** How many times each tensor is read, by nodes or as an output of the graph. */
  useCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const node of this.nodes) node.inputs.forEach(count);
    this.outputs.forEach(count);
    return counts;
  }

  /** Puts nodes back into an order in which they can run, moving as few as need be. */
  sort(): void {
    const producers = this.producers();
    const placed = new Set<GraphNode>();
    const sorted: GraphNode[] = [];
    for (const root of this.nodes) {
      const stack = [root];
      while (stack.length > 0) {
        const node = stack.at(-1)!;
        const waiting = node.inputs
          .flatMap((name) => producers.get(name) ?? [])
          .filter((before) => !placed.has(before));
        if (waiting.length > 0 && !placed.has(node)) {
          stack.push(...waiting);
          continue;
        }
        stack.pop();
        if (!placed.has(node)) sorted.push(node);
        placed.add(node);
      }
    }
    this.nodes = sorted;
  }

  /** Drops nodes and tensors that no output depends on. Inputs of the graph stay. */
  dropUnused(): void {
    const needed = new Set(this.outputs);
    const kept: GraphNode[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      for (const name of node.inputs) if (name) needed.add(name);
      kept.push(node);
    }
    this.nodes = kept.reverse();
    const made = new Set(this.nodes.flatMap(({ outputs }) => outputs));
    for (const name of this.tensors.keys()) {
      if (!needed.has(name) && !made.has(name) && !this.inputs.includes(name)) this.tensors.delete(name);
    }
  }
}
