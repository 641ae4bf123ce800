import type { Graph } from '../graph/graph.ts';
import { specialOperators } from '../operators/operator-table.ts';
import type { Device } from '../runner/runner.ts';

/** Writes the fall-back of every special operator that a device lacks. */
export function lowerMissing(graph: Graph, device: Device): void {
  graph.nodes = graph.nodes.flatMap((node) => {
    const special = specialOperators.find(({ domain, op }) => domain === node.domain && op === node.op);
    return !special || special.devices.includes(device) ? [node] : special.fallback(graph, node);
  });
}
