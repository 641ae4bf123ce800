import { OrtBackendError } from '../errors.ts';
import { Graph } from './graph.ts';
import type { RecordedNode, Value } from './value.ts';

/** What was recorded, in a form that does not depend on which values it was recorded with. */
export interface CanonicalGraph {
  /** The same for any two recordings that one compiled graph can serve. */
  readonly signature: string;
  /** Values that come from outside, in the order in which they are first read. */
  readonly leaves: readonly Value[];
  /** The operator that reads each leaf first. */
  readonly readers: readonly string[];
  /** The values asked for. */
  readonly outputs: readonly Value[];
  /** Writes the recording down as a graph; leaf i is called `leafName(i)`. */
  toGraph(): Graph;
}

/** Name of leaf `index` in the graph. */
export const leafName = (index: number): string => `leaf${index}`;

let walks = 0;

/**
 * Reduces a recording to what its outputs need, and names it.
 *
 * @param outputs what is asked for; produced by nodes of `pending`
 * @param pending everything recorded, in order
 */
export function canonicalise(outputs: readonly Value[], pending: readonly RecordedNode[]): CanonicalGraph {
  const nodes = neededNodes(outputs, pending);
  const walk = ++walks;
  const leaves: Value[] = [];
  const readers: string[] = [];
  const lines: string[] = [];
  let numbers = 0;
  for (const node of nodes) {
    let line = node.key;
    for (const value of node.inputs) {
      if (value && value.walk !== walk) {
        value.walk = walk;
        if (value.constant) value.number = -1;
        else {
          if (!value.storage) throw value.error ?? lost(node);
          value.number = numbers++;
          leaves.push(value);
          readers.push(node.op);
          line += `|${describeLeaf(value)}`;
        }
      }
      line += !value ? ',' : value.constant ? `,${value.type}[${value.shape}]${value.constant}` : `,${value.number}`;
    }
    for (const value of node.outputs) {
      value.walk = walk;
      value.number = numbers++;
    }
    lines.push(line);
  }
  lines.push(outputs.map(({ number }) => number).join());
  return { signature: lines.join('\n'), leaves, readers, outputs, toGraph: () => toGraph(nodes, { leaves, outputs }) };
}

function neededNodes(outputs: readonly Value[], pending: readonly RecordedNode[]): RecordedNode[] {
  const walk = ++walks;
  for (const { node } of outputs) if (node) node.walk = walk;
  const needed: RecordedNode[] = [];
  for (let i = pending.length - 1; i >= 0; i--) {
    const node = pending[i]!;
    if (node.walk !== walk) continue;
    needed.push(node);
    for (const value of node.inputs) if (value?.node) value.node.walk = walk;
  }
  return needed.reverse();
}

function describeLeaf({ type, shape, frozen, varies }: Value): string {
  return `${frozen ? `frozen ${frozen.id} ${frozen.precision}` : varies ? 'varies' : ''} ${type}[${shape}]`;
}

function toGraph(
  nodes: readonly RecordedNode[],
  { leaves, outputs }: Pick<CanonicalGraph, 'leaves' | 'outputs'>,
): Graph {
  const graph = new Graph();
  const names = new Map<Value, string>();
  leaves.forEach(({ type, shape, frozen }, i) => {
    const precision = frozen?.precision === 'int8' ? 'int8' : undefined;
    graph.tensors.set(leafName(i), { type, shape, precision });
    graph.inputs.push(leafName(i));
    names.set(leaves[i]!, leafName(i));
  });
  const nameOf = (value: Value | undefined): string => {
    if (!value) return '';
    let name = names.get(value);
    if (name === undefined) {
      name = graph.add({ type: value.type, shape: value.shape, data: value.constant });
      names.set(value, name);
    }
    return name;
  };
  for (const { op, domain, attributes, inputs, outputs: results } of nodes) {
    graph.nodes.push({ op, domain, attributes, inputs: inputs.map(nameOf), outputs: results.map(nameOf) });
  }
  graph.outputs = outputs.map(nameOf);
  return graph;
}

const lost = ({ op }: RecordedNode) =>
  new OrtBackendError(`onnxruntime: ${op} reads a tensor that was never computed; was it disposed?`);
