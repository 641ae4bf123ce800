import type { Graph } from '../graph/graph.ts';
import type { Device } from '../runner/runner.ts';
import { foldFactors } from './fold-factors.ts';
import { fuseBias } from './fuse-bias.ts';
import { fuseGelu } from './fuse-gelu.ts';
import { fuseLayerNorm } from './fuse-layer-norm.ts';
import { fuseSumOfSquares } from './fuse-sum-of-squares.ts';
import { lowerMissing } from './lower-missing.ts';
import { narrowSplits } from './narrow-splits.ts';
import { quantiseProducts } from './quantise-products.ts';

/** Rewrites a graph into one that computes the same in less time. */
export type Pass = (graph: Graph) => void;

const passes: readonly Pass[] = [
  fuseLayerNorm,
  fuseGelu,
  fuseBias,
  quantiseProducts, // before factors go into the products, where the quantised ones have no place for them
  foldFactors,
  fuseSumOfSquares,
];

/** What only some devices need. */
const devicePasses: Readonly<Partial<Record<Device, readonly Pass[]>>> = { webgpu: [narrowSplits] };

/** Applies every pass, in order. */
export function optimise(graph: Graph, device: Device): void {
  for (const pass of [...passes, ...(devicePasses[device] ?? [])]) pass(graph);
  lowerMissing(graph, device);
  graph.sort();
  graph.dropUnused();
  const read = new Set([...graph.outputs, ...graph.nodes.flatMap(({ inputs }) => inputs)]);
  graph.inputs = graph.inputs.filter((name) => read.has(name));
}
